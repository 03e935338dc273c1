#include "gguf-values.h"

#include "error.h"

namespace foretoken {

namespace {

bool is_of(const gguf_context * gguf, int64_t id, enum gguf_type type) {
    return id >= 0 && gguf_get_kv_type(gguf, id) == type;
}

bool is_array_of(const gguf_context * gguf, int64_t id, enum gguf_type type) {
    return is_of(gguf, id, GGUF_TYPE_ARRAY) && gguf_get_arr_type(gguf, id) == type;
}

}  // namespace

std::string string_of(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    return is_of(gguf, id, GGUF_TYPE_STRING) ? gguf_get_val_str(gguf, id) : "";
}

std::optional<bool> bool_of(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    return is_of(gguf, id, GGUF_TYPE_BOOL) ? std::optional(gguf_get_val_bool(gguf, id)) : std::nullopt;
}

std::optional<float> f32_of(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    return is_of(gguf, id, GGUF_TYPE_FLOAT32) ? std::optional(gguf_get_val_f32(gguf, id)) : std::nullopt;
}

std::optional<uint32_t> u32_of(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    return is_of(gguf, id, GGUF_TYPE_UINT32) ? std::optional(gguf_get_val_u32(gguf, id)) : std::nullopt;
}

std::optional<int64_t> integer_of(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    if (id < 0) {
        return std::nullopt;
    }
    switch (const enum gguf_type type = gguf_get_kv_type(gguf, id)) {
    case GGUF_TYPE_UINT8: return gguf_get_val_u8(gguf, id);
    case GGUF_TYPE_INT8: return gguf_get_val_i8(gguf, id);
    case GGUF_TYPE_UINT16: return gguf_get_val_u16(gguf, id);
    case GGUF_TYPE_INT16: return gguf_get_val_i16(gguf, id);
    case GGUF_TYPE_UINT32: return gguf_get_val_u32(gguf, id);
    case GGUF_TYPE_INT32: return gguf_get_val_i32(gguf, id);
    case GGUF_TYPE_INT64: return gguf_get_val_i64(gguf, id);
    case GGUF_TYPE_UINT64:
        if (const uint64_t value = gguf_get_val_u64(gguf, id); value <= INT64_MAX) {
            return static_cast<int64_t>(value);
        }
        throw Error("MODEL_HEADER_INVALID", key + " is too large");
    default: throw Error("MODEL_HEADER_INVALID", key + " is of type " + gguf_type_name(type) + ", not an integer");
    }
}

StringArray::StringArray(const gguf_context * gguf, const std::string & key)
    : gguf_(gguf), id_(gguf_find_key(gguf, key.c_str())) {
    if (is_array_of(gguf_, id_, GGUF_TYPE_STRING)) {
        size_ = gguf_get_arr_n(gguf_, id_);
    }
}

Int32Array::Int32Array(const gguf_context * gguf, const std::string & key) {
    const int64_t id = gguf_find_key(gguf, key.c_str());
    if (is_array_of(gguf, id, GGUF_TYPE_INT32)) {
        data_ = static_cast<const int32_t *>(gguf_get_arr_data(gguf, id));
        size_ = gguf_get_arr_n(gguf, id);
    }
}

}  // namespace foretoken
