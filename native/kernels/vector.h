// One vector register of floats for the instruction set this file is compiled for: the widest of AVX-512, AVX2 with
// F16C, NEON, or plain C++. Weights convert exactly. sums_of_lanes() stores four sums with the bits of sum_of_lanes()
// at a third of its cost. larger() gives b where a lane of it is NaN. two_to_the() has n as 0x1.8p23 + n, -126…127.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

// Sanitized builds define them as no more than inline, which compiles in an eighth of the time.
#if defined(FORETOKEN_INLINE)
#elif defined(_MSC_VER)
#define FORETOKEN_INLINE __forceinline
#define FORETOKEN_INLINE_LAMBDA
#else
#define FORETOKEN_INLINE inline __attribute__((always_inline))
#define FORETOKEN_INLINE_LAMBDA __attribute__((always_inline))
#endif

// MSVC says nothing of FMA and F16C, which every processor with AVX2 has.
#if defined(__AVX2__) && (defined(_MSC_VER) || (defined(__FMA__) && defined(__F16C__)))
#define FORETOKEN_AVX2
#endif

#if defined(__AVX512F__)
#include "vector-avx512.h"
#elif defined(FORETOKEN_AVX2)
#include "vector-avx2.h"
#elif defined(__aarch64__)
#include "vector-neon.h"
#else
#include "vector-plain.h"
#endif

namespace foretoken::kernels {

template <typename Value> inline Vector load(const Value * row, size_t vector) {
    return load(row + vector * kLanes);
}

/** The last `count` values of a row, then zeros up to Size. */
template <size_t Size, typename Value> inline std::array<Value, Size> filled(const Value * values, size_t count) {
    std::array<Value, Size> all = {};
    std::copy_n(values, count, all.data());
    return all;
}

/** The last `count` < kLanes values of a row, then zeros. */
template <typename Value> inline Vector load_partly(const Value * values, size_t count) {
    return load(filled<kLanes>(values, count).data());
}

/** Vectors of floats, beside activations kept as floats, unless the instruction set has something better. */
template <typename Weight> struct Factors {
    using Activation = float;
    static constexpr size_t count = kLanes;
    template <typename Value> static Vector load(const Value * row, size_t vector) {
        return kernels::load(row, vector);
    }
};

/** Nearest bfloat16, ties to even, as llama.cpp rounds: NaN stays NaN. */
inline float round_to_bfloat16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffffU) > 0x7f800000U) {
        bits |= 0x00400000U;
    } else {
        bits += 0x7fffU + ((bits >> 16) & 1U);
    }
    bits &= 0xffff0000U;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

/** The nearest values of what they are multiplied with, as llama.cpp rounds them; beside quantised ones they stay. */
template <typename Value> inline Vector rounded(Vector v) {
    if constexpr (std::is_base_of_v<Float16, Value>) {
        return round_to_float16(v);
    } else if constexpr (std::is_same_v<Value, BFloat16>) {
        float values[kLanes];
        store(values, v);
        for (float & value : values) {
            value = round_to_bfloat16(value);
        }
        return load(values);
    } else {
        return v;
    }
}

/** Keeps a loaded value in its register: GCC would load an activation anew for each multiplication. */
template <typename Loaded> inline Loaded keep(Loaded v) {
#if defined(__GNUC__) && (defined(__AVX512F__) || defined(__AVX2__))
    asm("" : "+v"(v));
#endif
    return v;
}

inline void prefetch(const void * address) {
#if defined(__GNUC__)
    __builtin_prefetch(address, 0, 3);
#else
    (void)address;
#endif
}

constexpr size_t round_up(size_t value, size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

}  // namespace foretoken::kernels
