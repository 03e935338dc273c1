#include "weights-header.h"

#include <string_view>

#include "error.h"
#include "gguf-values.h"

namespace foretoken {

namespace {

[[noreturn]] void invalid(const std::string & what) {
    throw Error("MODEL_HEADER_INVALID", what);
}

// Converters write tensors of integers as floats, but for one table.
void require_types(const gguf_context * gguf) {
    for (int64_t i = 0; i < gguf_get_n_tensors(gguf); ++i) {
        const std::string_view name = gguf_get_tensor_name(gguf, i);
        const enum ggml_type type = gguf_get_tensor_type(gguf, i);
        const bool is_number =
            ggml_is_quantized(type) || type == GGML_TYPE_F32 || type == GGML_TYPE_F16 || type == GGML_TYPE_BF16;
        const bool is_table = type == GGML_TYPE_I32 && name.find("tid2eid") != std::string_view::npos;
        if (!is_number && !is_table) {
            invalid("tensor " + std::string(name) + " is of type " + ggml_type_name(type));
        }
    }
}

void require_epsilons(const gguf_context * gguf, const std::string & prefix) {
    for (const char * name : {"layer_norm_epsilon", "layer_norm_rms_epsilon", "group_norm_epsilon"}) {
        const std::string key = prefix + "attention." + name;
        if (!(f32_of(gguf, key).value_or(0) >= 0)) {
            invalid(key + " is not 0 or more");
        }
    }
}

// An even number of dimensions rotates, at most those of a head.
void require_rotation(const gguf_context * gguf, const std::string & prefix) {
    const auto dimensions = u32_of(gguf, prefix + "rope.dimension_count");
    const uint32_t heads = u32_of(gguf, prefix + "attention.head_count").value_or(0);
    const uint32_t width = u32_of(gguf, prefix + "embedding_length").value_or(0);
    const uint32_t head = u32_of(gguf, prefix + "attention.key_length").value_or(heads > 0 ? width / heads : 0);
    if (dimensions && (*dimensions == 0 || *dimensions % 2 != 0 || (head > 0 && *dimensions > head))) {
        invalid(prefix + "rope.dimension_count is " + std::to_string(*dimensions) + " for heads of " +
                std::to_string(head));
    }
}

}  // namespace

void require_sound_weights(const gguf_context * gguf, const std::string & architecture) {
    require_types(gguf);
    require_epsilons(gguf, architecture + ".");
    require_rotation(gguf, architecture + ".");
}

}  // namespace foretoken
