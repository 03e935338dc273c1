#include "quantizer.h"

#include <array>
#include <utility>

#include "abort-guard.h"
#include "backend.h"
#include "error.h"
#include "llama.h"
#include "model-header.h"

namespace foretoken {

namespace {

llama_ftype to_file_type(const std::string & type) {
    constexpr std::array<std::pair<const char *, llama_ftype>, 5> types = {{
        {"q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
        {"q6_k", LLAMA_FTYPE_MOSTLY_Q6_K},
        {"q5_k_m", LLAMA_FTYPE_MOSTLY_Q5_K_M},
        {"q4_k_m", LLAMA_FTYPE_MOSTLY_Q4_K_M},
        {"q4_0", LLAMA_FTYPE_MOSTLY_Q4_0},
    }};
    for (const auto & [name, file_type] : types) {
        if (type == name) {
            return file_type;
        }
    }
    throw Error("ARGUMENT_INVALID", "there is no quantisation '" + type + "'");
}

}  // namespace

void quantize_model(const std::string & source, const std::string & destination, const std::string & type,
                    int threads) {
    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.ftype = to_file_type(type);
    params.nthread = threads;
    const std::shared_ptr<Backend> backend = Backend::acquire();
    read_model_header(source);
    const ErrorLog log;
    const AbortGuard guard;
    if (llama_model_quantize(source.c_str(), destination.c_str(), &params) != 0) {
        throw Error("QUANTIZE_FAILED",
                    "cannot make " + type + " of " + source + ": " + log.text("llama.cpp gives no reason"));
    }
}

}  // namespace foretoken
