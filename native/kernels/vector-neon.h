// NEON: four floats. Included by vector.h, which says what each function does.
#pragma once

#include <arm_neon.h>

#include "vector-values.h"

namespace foretoken::kernels {

inline constexpr const char * kInstructions = "neon";
inline constexpr int kRegisters = 32;
using Vector = float32x4_t;
inline constexpr size_t kLanes = 4;

inline Vector zero() {
    return vdupq_n_f32(0.0F);
}
inline Vector load(const float * values) {
    return vld1q_f32(values);
}
inline Vector load(const Float16 * values) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(reinterpret_cast<const uint16_t *>(values))));
}
inline Vector load(const BFloat16 * values) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(reinterpret_cast<const uint16_t *>(values)), 16));
}
/** Vector number `vector` of a row. */
inline Vector load(const BlockQ8 * row, size_t vector) {
    const BlockQ8 & block = row[vector * kLanes / 32];
    int32_t four;
    std::memcpy(&four, block.values + vector * kLanes % 32, sizeof four);
    const int32x4_t integers = vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(four)))));
    const Vector scale = vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(block.scale.bits)));
    return vmulq_f32(vcvtq_f32_s32(integers), scale);
}
inline void store(float * values, Vector v) {
    vst1q_f32(values, v);
}
inline Vector splat(float value) {
    return vdupq_n_f32(value);
}
inline Vector add(Vector a, Vector b) {
    return vaddq_f32(a, b);
}
inline Vector multiply_add(Vector a, Vector b, Vector sum) {
    return vfmaq_f32(sum, a, b);
}
inline Vector larger(Vector a, Vector b) {
    return vmaxq_f32(a, b);
}
inline Vector two_to_the(Vector shifted) {
    const int32x4_t exponent = vaddq_s32(vreinterpretq_s32_f32(shifted), vdupq_n_s32(127));
    return vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
}
inline Vector round_to_float16(Vector v) {
    return vcvt_f32_f16(vcvt_f16_f32(v));
}
inline float sum_of_lanes(Vector v) {
    return vaddvq_f32(v);
}
inline void sums_of_lanes(Vector a, Vector b, Vector c, Vector d, float * sums) {
    vst1q_f32(sums, vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d)));
}

}  // namespace foretoken::kernels
