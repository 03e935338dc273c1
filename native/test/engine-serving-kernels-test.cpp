// Which kernel serves each weight of a model on the CPU: ours, asked through what the loaded CPU module exports for
// ggml's dispatch (ggml-mul-mat.h), or llama.cpp's, of the buffer type that holds the weight. Prints it.
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "check.h"
#include "ggml-backend.h"
#include "llama.h"
#include "model.h"
#include "random-model.h"

#if defined(__unix__)
#include <dlfcn.h>
#endif

namespace foretoken {
namespace {

/** Symbols of the CPU module that ggml chose. */
class CpuModule {
public:
    using WorkSize = size_t (*)(const ggml_tensor * product, int threads);
    using Instructions = const char * (*)();

    CpuModule() {
#if defined(__unix__)
        ggml_backend_reg_t registry =
            ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
        Dl_info file = {};
        dladdr(ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads"), &file);
        void * module = dlopen(file.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
        work_size = reinterpret_cast<WorkSize>(dlsym(module, "foretoken_mul_mat_work_size"));
        instructions = reinterpret_cast<Instructions>(dlsym(module, "_ZN9foretoken7kernels12instructionsEv"));
#endif
    }

    bool found() const {
        return work_size != nullptr && instructions != nullptr;
    }

    WorkSize work_size = nullptr;
    Instructions instructions = nullptr;
};

/** Type, buffer type and whether ours multiplies, of the weights of one token's products; how many there are. */
using Served = std::map<std::tuple<std::string, std::string, bool>, int>;

struct Watch {
    CpuModule module;
    Served served;

    static bool look(ggml_tensor * node, bool ask, void * data) {
        Watch & watch = *static_cast<Watch *>(data);
        const ggml_tensor * weight = node->src[0];
        if (ask && node->op == GGML_OP_MUL_MAT && weight->buffer != nullptr &&
            ggml_backend_buffer_get_usage(weight->buffer) == GGML_BACKEND_BUFFER_USAGE_WEIGHTS) {
            const ggml_backend_buffer_type_t buffer = ggml_backend_buffer_get_type(weight->buffer);
            const bool ours = ggml_backend_buft_is_host(buffer) && watch.module.work_size(node, 1) > 0;
            ++watch.served[{ggml_type_name(weight->type), ggml_backend_buft_name(buffer), ours}];
        }
        return false;
    }
};

Served served_by(const std::string & path, bool extra_buffers) {
    ModelOptions options;
    options.extra_buffers = extra_buffers;
    const auto model = Model::load(path, options);
    Watch watch;
    llama_context_params params = llama_context_default_params();
    params.n_ctx = 64;
    params.n_threads = 1;
    params.n_threads_batch = 1;
    params.cb_eval = Watch::look;
    params.cb_eval_user_data = &watch;
    const std::unique_ptr<llama_context, decltype(&llama_free)> context(llama_init_from_model(model->get(), params),
                                                                        llama_free);
    watch.served.clear();  // of the passes that measure memory
    llama_token token = 1;
    CHECK_EQ(llama_decode(context.get(), llama_batch_get_one(&token, 1)), 0);
    for (const auto & [weights, count] : watch.served) {
        const auto & [type, buffer, ours] = weights;
        std::printf("    %d × %s in %s: %s\n", count, type.c_str(), buffer.c_str(),
                    ours ? (std::string("ours, ") + watch.module.instructions()).c_str() : "llama.cpp's");
    }
    return watch.served;
}

bool is_ours(ggml_type type) {
    return type == GGML_TYPE_F32 || type == GGML_TYPE_F16 || type == GGML_TYPE_BF16 || type == GGML_TYPE_Q8_0;
}

TEST("weights of f32, f16, bf16 and q8_0 are served by our kernel, others by llama.cpp's") {
    const auto backends = Backend::acquire();
    if (!CpuModule().found()) {
        std::printf("    skipped: symbols of the CPU module cannot be looked up here\n");
        return;
    }
    for (const ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0, GGML_TYPE_Q4_0,
                                 GGML_TYPE_Q4_K, GGML_TYPE_Q6_K}) {
        test::RandomModelShape shape;
        shape.type = type;
        shape.hidden = 256;
        const test::RandomModelFile file(shape);
        for (const bool extra_buffers : {false, true}) {
#if !defined(__x86_64__) && !defined(_M_X64)
            if (extra_buffers) {
                continue;  // elsewhere llama.cpp repacks q8_0, too
            }
#endif
            const Served served = served_by(file.path(), extra_buffers);
            CHECK(!served.empty());
            for (const auto & [weights, count] : served) {
                CHECK_EQ(std::get<bool>(weights), is_ours(type));
            }
        }
    }
}

}  // namespace
}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
