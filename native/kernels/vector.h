// One vector register of floats for the instruction set this file is compiled for: the widest of AVX-512, AVX2 with
// F16C, NEON, or plain C++. Weights convert exactly. sums_of_lanes() stores four sums with the bits of sum_of_lanes()
// at a third of its cost. larger() gives b where a lane of it is NaN. two_to_the() has n as 0x1.8p23 + n, -126…127.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(_MSC_VER)
#define FORETOKEN_INLINE __forceinline
#else
#define FORETOKEN_INLINE inline __attribute__((always_inline))
#endif

// MSVC says nothing of FMA and F16C, which every processor with AVX2 has.
#if defined(__AVX2__) && (defined(_MSC_VER) || (defined(__FMA__) && defined(__F16C__)))
#define FORETOKEN_AVX2
#endif

#if defined(__AVX512F__) || defined(FORETOKEN_AVX2)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

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

#if defined(__AVX512F__)

inline constexpr const char * kInstructions = "avx512";
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

#elif defined(FORETOKEN_AVX2)

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

#elif defined(__aarch64__)

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

#else

inline constexpr const char * kInstructions = "plain";
inline constexpr int kRegisters = 16;
inline constexpr size_t kLanes = 4;
struct Vector {
    float lane[kLanes];
};

inline float float_of(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
inline uint32_t bits_of(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}
/** IEEE 754 binary16 to binary32; subnormals through a multiplication by a power of two, which is exact. */
inline float widen(Float16 half) {
    const uint32_t sign = static_cast<uint32_t>(half.bits & 0x8000U) << 16;
    const uint32_t magnitude = static_cast<uint32_t>(half.bits & 0x7fffU) << 13;
    if (magnitude >= 0x0f800000U) {
        return float_of(sign | 0x70000000U | magnitude);  // infinity, NaN
    }
    return float_of(sign | bits_of(float_of(magnitude) * 0x1p112F));
}
/** Rounds to nearest, ties to even; an addition of a power of two does it, where subnormals begin and above. */
inline float narrow(float value) {
    const uint32_t sign = bits_of(value) & 0x80000000U;
    const uint32_t magnitude = bits_of(value) & 0x7fffffffU;
    if (magnitude >= 0x7f800000U) {
        return value;
    }
    uint32_t rounded;
    if (magnitude < 0x38800000U) {
        rounded =
            bits_of((float_of(magnitude) + 0.5F) - 0.5F);  // the spacing of float at 0.5 is that of subnormal halves
    } else {
        rounded = (magnitude + 0xfffU + ((magnitude >> 13) & 1U)) & ~0x1fffU;
    }
    return float_of(sign | (rounded >= 0x47800000U ? 0x7f800000U : rounded));
}

inline Vector zero() {
    return {};
}
inline Vector load(const float * values) {
    Vector v;
    std::memcpy(v.lane, values, sizeof v.lane);
    return v;
}
inline Vector load(const Float16 * values) {
    Vector v;
    for (size_t i = 0; i < kLanes; i++) {
        v.lane[i] = widen(values[i]);
    }
    return v;
}
inline Vector load(const BFloat16 * values) {
    Vector v;
    for (size_t i = 0; i < kLanes; i++) {
        v.lane[i] = float_of(static_cast<uint32_t>(values[i].bits) << 16);
    }
    return v;
}
/** Vector number `vector` of a row. */
inline Vector load(const BlockQ8 * row, size_t vector) {
    const BlockQ8 & block = row[vector * kLanes / 32];
    const float scale = widen(block.scale);
    Vector v;
    for (size_t i = 0; i < kLanes; i++) {
        v.lane[i] = static_cast<float>(block.values[vector * kLanes % 32 + i]) * scale;
    }
    return v;
}
inline void store(float * values, Vector v) {
    std::memcpy(values, v.lane, sizeof v.lane);
}
inline Vector splat(float value) {
    Vector v;
    for (float & lane : v.lane) {
        lane = value;
    }
    return v;
}
inline Vector add(Vector a, Vector b) {
    for (size_t i = 0; i < kLanes; i++) {
        a.lane[i] += b.lane[i];
    }
    return a;
}
inline Vector larger(Vector a, Vector b) {
    for (size_t i = 0; i < kLanes; i++) {
        b.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    }
    return b;
}
inline Vector two_to_the(Vector shifted) {
    for (float & lane : shifted.lane) {
        lane = float_of((bits_of(lane) + 127) << 23);
    }
    return shifted;
}
inline Vector multiply_add(Vector a, Vector b, Vector sum) {
    for (size_t i = 0; i < kLanes; i++) {
        sum.lane[i] += a.lane[i] * b.lane[i];
    }
    return sum;
}
inline Vector round_to_float16(Vector v) {
    for (float & value : v.lane) {
        value = narrow(value);
    }
    return v;
}
inline float sum_of_lanes(Vector v) {
    return (v.lane[0] + v.lane[2]) + (v.lane[1] + v.lane[3]);
}
inline void sums_of_lanes(Vector a, Vector b, Vector c, Vector d, float * sums) {
    const Vector * const vectors[] = {&a, &b, &c, &d};
    for (size_t i = 0; i < 4; i++) {
        sums[i] = sum_of_lanes(*vectors[i]);
    }
}

#endif

template <typename Value> inline Vector load(const Value * row, size_t vector) {
    return load(row + vector * kLanes);
}

/** The last `count` < kLanes values of a row, then zeros. */
template <typename Value> inline Vector load_partly(const Value * values, size_t count) {
    Value filled[kLanes] = {};
    std::copy_n(values, count, filled);
    return load(filled);
}

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

/** The nearest values of what they are multiplied with, as llama.cpp rounds them; beside q8_0 they stay. */
template <typename Value> inline Vector rounded(Vector v) {
    if constexpr (std::is_same_v<Value, Float16>) {
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
inline Vector keep(Vector v) {
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
