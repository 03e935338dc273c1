// The CPU threads that compute an engine's passes, shared by its contexts, which never compute at once.
//
// Threads poll for about a millisecond after a pass and then sleep, so that an idle engine costs nothing. They belong
// to the engine and not to the thread that happens to compute, as OpenMP's do: a second engine does not slow the first.
#pragma once

#include <memory>

#include "ggml-cpu.h"
#include "llama.h"

namespace foretoken {

class ThreadPool {
public:
    // Requires a loaded CPU backend. Throws Error THREADS_UNAVAILABLE where these threads or the one that will use the
    // pool cannot be started; a limit that is reached between this check and ggml's own start still ends the process.
    explicit ThreadPool(int threads);
    ThreadPool(const ThreadPool &) = delete;
    ThreadPool & operator=(const ThreadPool &) = delete;

    // The context must be freed before the pool.
    void attach(llama_context * context) const { llama_attach_threadpool(context, pool_.get(), pool_.get()); }

private:
    using Free = void (*)(ggml_threadpool *);
    std::unique_ptr<ggml_threadpool, Free> pool_;
};

}  // namespace foretoken
