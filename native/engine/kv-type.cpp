#include "kv-type.h"

#include "error.h"

namespace foretoken {

enum ggml_type to_kv_type(const std::string & name) {
    for (const enum ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0, GGML_TYPE_Q5_1,
                                      GGML_TYPE_Q5_0, GGML_TYPE_Q4_1, GGML_TYPE_Q4_0, GGML_TYPE_IQ4_NL}) {
        if (name == ggml_type_name(type)) {
            return type;
        }
    }
    throw Error("ARGUMENT_INVALID", "no cache is kept in the type '" + name + "'");
}

}  // namespace foretoken
