// What the kernels' tests share. Each is built once for every instruction set that the compiler has
// (cmake/tests.cmake).
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "check.h"
#include "matmul.h"

namespace foretoken::kernels {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

inline bool runs_here() {
#if defined(__GNUC__) && defined(__x86_64__)
    const std::string needed = instructions();
    return needed == "plain" || (needed == "avx2" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) ||
           (needed == "avx512" && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")) ||
           (needed == "avx512-bf16" && __builtin_cpu_supports("avx512bf16"));
#else
    return true;
#endif
}

/** The value of an IEEE binary16. */
inline float half_value(uint16_t bits) {
    const int exponent = (bits >> 10) & 0x1f;
    const int fraction = bits & 0x3ff;
    const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 0x1f) {
        return fraction != 0 ? kNaN : sign * kInfinity;
    }
    return sign * (exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                 : std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25));
}

/** The IEEE binary16 nearest below a value that has one. */
inline uint16_t half_bits(float value) {
    const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    const float magnitude = std::abs(value);
    if (std::isnan(value)) {
        return 0x7e00;
    }
    if (std::isinf(value)) {
        return sign | 0x7c00;
    }
    if (magnitude < 0x1p-14F) {
        return sign | static_cast<uint16_t>(std::ldexp(magnitude, 24));
    }
    const int exponent = std::ilogb(magnitude);
    const int fraction = static_cast<int>(std::ldexp(magnitude, 10 - exponent)) - 0x400;
    return static_cast<uint16_t>(sign | ((exponent + 15) << 10) | fraction);
}

/** The program's exit code. */
inline int run_tests_here(uint32_t seed) {
    if (!runs_here()) {
        std::printf("skipped: this processor has no %s\n", instructions());
        return 0;
    }
    std::printf("instructions: %s; matrix units: %s; seed %u\n", instructions(),
                by_matrix_units(WeightType::float16) ? "yes" : "no", seed);
    return test::run_tests();
}

}  // namespace foretoken::kernels
