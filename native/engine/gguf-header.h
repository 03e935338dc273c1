// The beginning of a GGUF file as ggml writes it: keys and the places of tensors, whose data follow in order, each
// padded to 32 bytes.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace foretoken {

struct GgufEntry {
    using Value =
        std::variant<uint32_t, int32_t, float, bool, std::string, std::vector<std::string>, std::vector<int32_t>>;
    std::string key;
    Value value;
};

struct GgufTensor {
    std::string name;
    bool half = false;                // f16, else f32
    std::vector<int64_t> dimensions;  // 1…4 positive sizes, the row's length first
};

// Throws Error ARGUMENT_INVALID where a key or tensor comes twice, a name is too long or a size is not positive.
std::vector<uint8_t> gguf_header(const std::vector<GgufEntry> & entries, const std::vector<GgufTensor> & tensors);

}  // namespace foretoken
