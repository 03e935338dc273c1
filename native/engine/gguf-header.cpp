#include "gguf-header.h"

#include <memory>
#include <set>

#include "error.h"
#include "ggml.h"
#include "gguf.h"

namespace foretoken {

namespace {

struct Setter {
    gguf_context * gguf;
    const char * key;

    void operator()(uint32_t value) const { gguf_set_val_u32(gguf, key, value); }
    void operator()(int32_t value) const { gguf_set_val_i32(gguf, key, value); }
    void operator()(float value) const { gguf_set_val_f32(gguf, key, value); }
    void operator()(bool value) const { gguf_set_val_bool(gguf, key, value); }
    void operator()(const std::string & value) const { gguf_set_val_str(gguf, key, value.c_str()); }
    void operator()(const std::vector<std::string> & values) const {
        std::vector<const char *> texts;
        texts.reserve(values.size());
        for (const std::string & value : values) {
            texts.push_back(value.c_str());
        }
        gguf_set_arr_str(gguf, key, texts.data(), texts.size());
    }
    void operator()(const std::vector<int32_t> & values) const {
        gguf_set_arr_data(gguf, key, GGUF_TYPE_INT32, values.data(), values.size());
    }
};

// What ggml would abort on.
void validate(const std::vector<GgufEntry> & entries, const std::vector<GgufTensor> & tensors) {
    std::set<std::string> seen;
    for (const GgufEntry & entry : entries) {
        if (entry.key.empty() || !seen.insert(entry.key).second) {
            throw Error("ARGUMENT_INVALID", "the key '" + entry.key + "' is empty or comes twice");
        }
    }
    seen.clear();
    for (const GgufTensor & tensor : tensors) {
        bool sized = !tensor.dimensions.empty() && tensor.dimensions.size() <= GGML_MAX_DIMS;
        for (const int64_t size : tensor.dimensions) {
            sized = sized && size > 0;
        }
        if (!sized || tensor.name.empty() || tensor.name.size() >= GGML_MAX_NAME || !seen.insert(tensor.name).second) {
            throw Error("ARGUMENT_INVALID",
                        "the tensor '" + tensor.name + "' comes twice or has a name or size that cannot be written");
        }
    }
}

}  // namespace

std::vector<uint8_t> gguf_header(const std::vector<GgufEntry> & entries, const std::vector<GgufTensor> & tensors) {
    validate(entries, tensors);
    const std::unique_ptr<gguf_context, decltype(&gguf_free)> gguf(gguf_init_empty(), gguf_free);
    for (const GgufEntry & entry : entries) {
        std::visit(Setter{gguf.get(), entry.key.c_str()}, entry.value);
    }
    const std::unique_ptr<ggml_context, decltype(&ggml_free)> context(
        ggml_init({ggml_tensor_overhead() * (tensors.size() + 1), nullptr, true}), ggml_free);
    for (const GgufTensor & tensor : tensors) {
        ggml_tensor * made = ggml_new_tensor(context.get(), tensor.half ? GGML_TYPE_F16 : GGML_TYPE_F32,
                                             static_cast<int>(tensor.dimensions.size()), tensor.dimensions.data());
        ggml_set_name(made, tensor.name.c_str());
        gguf_add_tensor(gguf.get(), made);
    }
    std::vector<uint8_t> bytes(gguf_get_meta_size(gguf.get()));
    gguf_get_meta_data(gguf.get(), bytes.data());
    return bytes;
}

}  // namespace foretoken
