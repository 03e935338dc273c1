// Values of matrices as they lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace foretoken::kernels {

struct Float16 {
    uint16_t bits;
};
struct BFloat16 {
    uint16_t bits;
};
/** ggml's q8_0: 32 integers and their scale. */
struct BlockQ8 {
    Float16 scale;
    int8_t values[32];
};

/** Values of one element in memory. */
template <typename Weight> inline constexpr size_t kValues = 1;
template <> inline constexpr size_t kValues<BlockQ8> = 32;

/** What multiply_add() takes of weights and of the activations beside them: defined by vector.h. */
template <typename Weight> struct Factors;

}  // namespace foretoken::kernels
