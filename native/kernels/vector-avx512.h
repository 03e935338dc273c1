// AVX-512: sixteen floats. Included by vector.h, which says what each function does.
#pragma once

#include <immintrin.h>

#include "vector-values.h"

namespace foretoken::kernels {

#if defined(__AVX512BF16__)
inline constexpr const char * kInstructions = "avx512-bf16";
#else
inline constexpr const char * kInstructions = "avx512";
#endif
inline constexpr int kRegisters = 32;
using Vector = __m512;
inline constexpr size_t kLanes = 16;

inline Vector zero() {
    return _mm512_setzero_ps();
}
inline Vector load(const float * values) {
    return _mm512_loadu_ps(values);
}
inline Vector load(const Float16 * values) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(values)));
}
inline Vector load(const BFloat16 * values) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(values));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}
/** Vector number `vector` of a row. */
inline Vector load(const BlockQ8 * row, size_t vector) {
    const BlockQ8 & block = row[vector * kLanes / 32];
    const void * values = block.values + vector * kLanes % 32;
    const __m512i integers = _mm512_cvtepi8_epi32(_mm_loadu_si128(static_cast<const __m128i *>(values)));
    const Vector scale = _mm512_cvtph_ps(_mm256_set1_epi16(static_cast<int16_t>(block.scale.bits)));
    return _mm512_mul_ps(_mm512_cvtepi32_ps(integers), scale);
}
inline void store(float * values, Vector v) {
    _mm512_storeu_ps(values, v);
}
inline Vector splat(float value) {
    return _mm512_set1_ps(value);
}
inline Vector add(Vector a, Vector b) {
    return _mm512_add_ps(a, b);
}
inline Vector multiply_add(Vector a, Vector b, Vector sum) {
    return _mm512_fmadd_ps(a, b, sum);
}
inline Vector larger(Vector a, Vector b) {
    return _mm512_max_ps(a, b);
}
inline Vector two_to_the(Vector shifted) {
    const __m512i exponent = _mm512_add_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
}
inline Vector round_to_float16(Vector v) {
    return _mm512_cvtph_ps(_mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
inline float sum_of_lanes(Vector v) {
    const __m256 upper = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1));
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), upper);
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}
inline void sums_of_lanes(Vector a, Vector b, Vector c, Vector d, float * sums) {
    const Vector ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
    const Vector cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
    Vector four = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    four = _mm512_add_ps(four, _mm512_permute_ps(four, 0x4e));
    four = _mm512_add_ps(four, _mm512_permute_ps(four, 0xb1));
    const __m512i firsts = _mm512_castsi128_si512(_mm_set_epi32(12, 8, 4, 0));
    _mm_storeu_ps(sums, _mm512_castps512_ps128(_mm512_permutexvar_ps(firsts, four)));
}

#if defined(__AVX512BF16__)
/**
 * Halves beside halves: AMD's processors convert them beside their multiply-adds, and half as many bytes come from the
 * second cache. Intel's convert with what multiplies; most that are built for this leave halves to matrix units.
 */
template <> struct Factors<Float16> {
    using Activation = Float16;
    static constexpr size_t count = kLanes;
    static Vector load(const Float16 * row, size_t vector) { return kernels::load(row + vector * kLanes); }
};
inline void store(Float16 * values, Vector v) {
    const __m256i halves = _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(values), halves);
}

/** Pairs of bfloat16s, whose two products one instruction adds to a float. Subnormals are zero. */
template <> struct Factors<BFloat16> {
    using Activation = BFloat16;
    static constexpr size_t count = 2 * kLanes;
    static __m512i load(const BFloat16 * row, size_t vector) { return _mm512_loadu_si512(row + vector * count); }
};
inline Vector multiply_add(__m512i a, __m512i b, Vector sum) {
    __m512bh pairs[2];
    std::memcpy(&pairs[0], &a, sizeof a);
    std::memcpy(&pairs[1], &b, sizeof b);
    return _mm512_dpbf16_ps(sum, pairs[0], pairs[1]);
}
inline void store(BFloat16 * values, Vector v) {
    const __m512i upper = _mm512_srli_epi32(_mm512_castps_si512(v), 16);
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(values), _mm512_cvtepi32_epi16(upper));
}
#endif

}  // namespace foretoken::kernels
