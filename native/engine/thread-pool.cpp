#include "thread-pool.h"

#include <string>

#include "error.h"
#include "ggml-backend.h"
#include "thread-probe.h"

namespace foretoken {

namespace {

// In units of 131072 pauses.
constexpr uint32_t kPolling = 1;

// The CPU backend is a loaded module, so its functions are looked up.
template <typename Function> Function cpu_function(const char * name) {
    ggml_backend_reg_t cpu = ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
    return reinterpret_cast<Function>(ggml_backend_reg_get_proc_address(cpu, name));
}

}  // namespace

ThreadPool::ThreadPool(int threads) : pool_(nullptr, cpu_function<Free>("ggml_threadpool_free")) {
    // One less for the pool, one more for the decode thread.
    if (!can_start_threads(static_cast<size_t>(threads))) {
        throw Error("THREADS_UNAVAILABLE",
                    "the system does not let this process start " + std::to_string(threads) + " more threads");
    }
    ggml_threadpool_params params = ggml_threadpool_params_default(threads);
    params.poll = kPolling;
    pool_.reset(cpu_function<ggml_threadpool * (*)(ggml_threadpool_params *)>("ggml_threadpool_new")(&params));
}

}  // namespace foretoken
