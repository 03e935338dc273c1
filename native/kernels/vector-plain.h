// Plain C++: four floats. Included by vector.h, which says what each function does.
#pragma once

#include "vector-values.h"

namespace foretoken::kernels {

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

}  // namespace foretoken::kernels
