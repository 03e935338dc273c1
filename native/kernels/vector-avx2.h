// AVX2 with FMA and F16C: eight floats. Included by vector.h, which says what each function does.
#pragma once

#include <immintrin.h>

#include "vector-values.h"

namespace foretoken::kernels {

inline constexpr const char * kInstructions = "avx2";
inline constexpr int kRegisters = 16;
using Vector = __m256;
inline constexpr size_t kLanes = 8;

inline Vector zero() {
    return _mm256_setzero_ps();
}
inline Vector load(const float * values) {
    return _mm256_loadu_ps(values);
}
inline Vector load(const Float16 * values) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(values)));
}
inline Vector load(const BFloat16 * values) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i *>(values));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
/** Vector number `vector` of a row. */
inline Vector load(const BlockQ8 * row, size_t vector) {
    const BlockQ8 & block = row[vector * kLanes / 32];
    const void * values = block.values + vector * kLanes % 32;
    const __m256i integers = _mm256_cvtepi8_epi32(_mm_loadl_epi64(static_cast<const __m128i *>(values)));
    const Vector scale = _mm256_cvtph_ps(_mm_set1_epi16(static_cast<int16_t>(block.scale.bits)));
    return _mm256_mul_ps(_mm256_cvtepi32_ps(integers), scale);
}
inline void store(float * values, Vector v) {
    _mm256_storeu_ps(values, v);
}
inline Vector splat(float value) {
    return _mm256_set1_ps(value);
}
inline Vector add(Vector a, Vector b) {
    return _mm256_add_ps(a, b);
}
inline Vector multiply_add(Vector a, Vector b, Vector sum) {
    return _mm256_fmadd_ps(a, b, sum);
}
inline Vector larger(Vector a, Vector b) {
    return _mm256_max_ps(a, b);
}
inline Vector two_to_the(Vector shifted) {
    const __m256i exponent = _mm256_add_epi32(_mm256_castps_si256(shifted), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
inline Vector round_to_float16(Vector v) {
    return _mm256_cvtph_ps(_mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
inline float sum_of_lanes(Vector v) {
    __m128 sum = _mm_add_ps(_mm256_extractf128_ps(v, 1), _mm256_castps256_ps128(v));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}
inline void sums_of_lanes(Vector a, Vector b, Vector c, Vector d, float * sums) {
    const Vector ab = _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
    const Vector cd = _mm256_add_ps(_mm256_permute2f128_ps(c, d, 0x20), _mm256_permute2f128_ps(c, d, 0x31));
    const Vector acbd = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
    const Vector four = _mm256_add_ps(acbd, _mm256_permute_ps(acbd, 0xb1));
    _mm_storeu_ps(sums, _mm_blend_ps(_mm256_castps256_ps128(four), _mm256_extractf128_ps(four, 1), 0xa));
}

}  // namespace foretoken::kernels
