// Typed access to GGUF metadata. gguf.h's own getters abort the process where the type is another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gguf.h"

namespace foretoken {

// Nothing where the key is missing or of another type.
std::string string_of(const gguf_context * gguf, const std::string & key);
std::optional<bool> bool_of(const gguf_context * gguf, const std::string & key);
std::optional<float> f32_of(const gguf_context * gguf, const std::string & key);
std::optional<uint32_t> u32_of(const gguf_context * gguf, const std::string & key);
// Of any integer type. Nothing where the key is missing; throws Error MODEL_HEADER_INVALID where it is no integer or
// beyond int64_t.
std::optional<int64_t> integer_of(const gguf_context * gguf, const std::string & key);

// An array of strings, or one without elements where the key is missing or something else.
class StringArray {
public:
    StringArray(const gguf_context * gguf, const std::string & key);

    size_t size() const { return size_; }
    // Up to the first NUL, as llama.cpp reads them.
    const char * operator[](size_t i) const { return gguf_get_arr_str(gguf_, id_, i); }

private:
    const gguf_context * gguf_;
    int64_t id_;
    size_t size_ = 0;
};

// An array of 32-bit integers, or one without elements where the key is missing or something else.
class Int32Array {
public:
    Int32Array(const gguf_context * gguf, const std::string & key);

    size_t size() const { return size_; }
    int32_t operator[](size_t i) const { return data_[i]; }

private:
    const int32_t * data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace foretoken
