// The matrix kernel alone: one order of summation whatever is computed beside it, its error against float64, and what
// it may read and write. Built once for every instruction set that the compiler has (cmake/tests.cmake).
#include "matmul.h"

#include <cmath>
#include <cstring>
#include <random>

#include "check.h"
#include "kernels.h"

namespace foretoken::kernels {
namespace {

constexpr uint32_t kSeed = 20261124;

/** Nearest value with `bits` bits after the leading one and exponents from `lowest`, ties to even; beyond `largest`,
 * infinity. */
float round_value(float value, int bits, int lowest, double largest) {
    if (!std::isfinite(value) || value == 0.0F) {
        return value;
    }
    const int exponent = std::max(std::ilogb(value), lowest);
    const double rounded =
        std::ldexp(std::nearbyint(std::ldexp(static_cast<double>(value), bits - exponent)), exponent - bits);
    return std::abs(rounded) > largest ? std::copysign(kInfinity, value) : static_cast<float>(rounded);
}

float rounded_as(WeightType type, float value) {
    switch (type) {
    case WeightType::float16: return round_value(value, 10, -14, 65504);
    case WeightType::bfloat16: return round_value(value, 7, -126, 0x1.fep127);
    default: return value;
    }
}

/** Of `values` weights; whole blocks where they are quantised. */
size_t bytes_of(WeightType type, size_t values) {
    switch (type) {
    case WeightType::float32: return 4 * values;
    case WeightType::q8_0: return values / 32 * 34;
    default: return 2 * values;
    }
}

const char * name_of(WeightType type) {
    switch (type) {
    case WeightType::float32: return "f32";
    case WeightType::float16: return "f16";
    case WeightType::bfloat16: return "bf16";
    case WeightType::q8_0: return "q8_0";
    }
    return "?";
}

/** A product whose rows and columns lie apart, with NaN between them. */
struct Product {
    WeightType type;
    size_t rows;
    size_t inner;
    size_t columns;
    size_t gap;  // values after each weight row and each column
    std::vector<uint8_t> weight_bytes;
    std::vector<float> weight_values;  // what they are
    std::vector<float> activations;

    Product(WeightType type_, size_t rows_, size_t inner_, size_t columns_, size_t gap_, std::mt19937 & random)
        : type(type_),
          rows(rows_),
          inner(inner_),
          columns(columns_),
          gap(gap_),
          weight_bytes(rows * bytes_of(type, inner + gap), 0xff),  // NaN in every type
          weight_values(rows * inner),
          activations(columns * (inner + gap), kNaN) {
        std::normal_distribution<float> normal;
        for (size_t row = 0; row < rows; ++row) {
            if (type == WeightType::q8_0) {
                draw_blocks(row, random);
                continue;
            }
            for (size_t i = 0; i < inner; ++i) {
                set_weight(row, i, normal(random));
            }
        }
        for (size_t column = 0; column < columns; ++column) {
            for (size_t i = 0; i < inner; ++i) {
                activation(column, i) = normal(random);
            }
        }
    }

    float & activation(size_t column, size_t i) { return activations[column * (inner + gap) + i]; }

    /** The nearest value of the type, but at most its largest. */
    void set_weight(size_t row, size_t i, float value) {
        uint8_t * at = weight_bytes.data() + bytes_of(type, row * (inner + gap) + i);
        value = rounded_as(type, value);
        weight_values[row * inner + i] = value;
        if (type == WeightType::float32) {
            std::memcpy(at, &value, 4);
        } else if (type == WeightType::bfloat16) {
            uint32_t bits;
            std::memcpy(&bits, &value, 4);
            const uint16_t half = static_cast<uint16_t>(bits >> 16);
            std::memcpy(at, &half, 2);
        } else {
            const uint16_t half = half_bits(value);
            std::memcpy(at, &half, 2);
        }
    }

    /** Blocks of any integers and scales of any size, subnormal ones too. */
    void draw_blocks(size_t row, std::mt19937 & random) {
        for (size_t block = 0; block < inner / 32; ++block) {
            uint8_t * at = weight_bytes.data() + bytes_of(type, row * (inner + gap) + block * 32);
            const uint16_t scale = static_cast<uint16_t>(random() % 0x7c00 | (random() % 2) << 15);
            std::memcpy(at, &scale, 2);
            for (size_t i = 0; i < 32; ++i) {
                const int8_t integer = static_cast<int8_t>(static_cast<int>(random() % 256) - 128);
                std::memcpy(at + 2 + i, &integer, 1);
                weight_values[row * inner + block * 32 + i] = half_value(scale) * static_cast<float>(integer);
            }
        }
    }

    /** The same product of the floats that the weights are. */
    Product as_floats() const {
        Product floats = *this;
        floats.type = WeightType::float32;
        floats.weight_bytes.assign(rows * bytes_of(floats.type, inner + gap), 0xff);
        for (size_t row = 0; row < rows; ++row) {
            std::memcpy(floats.weight_bytes.data() + bytes_of(floats.type, row * (inner + gap)),
                        weight_values.data() + row * inner, bytes_of(floats.type, inner));
        }
        return floats;
    }

    Weights weights() const { return {type, weight_bytes.data(), rows, inner, bytes_of(type, inner + gap)}; }

    /** Results [column][row] of `count` columns from `first` on, computed by `threads` in turn. */
    std::vector<float> results(size_t first, size_t count, size_t threads) const {
        constexpr float untouched = 12345.0F;
        const size_t stride = rows + 3;
        std::vector<uint8_t> packed(packed_bytes(type, inner, count), 0xff);
        std::vector<float> out((count + 20) * stride, untouched);
        const Columns in_columns = {count, (inner + gap) * sizeof(float)};
        for (size_t thread = 0; thread < threads; ++thread) {
            pack(weights(), activations.data() + first * (inner + gap), in_columns, packed.data(), {thread, threads});
        }
        for (size_t thread = 0; thread < threads; ++thread) {
            multiply(weights(), packed.data(), out.data(), {count, stride * sizeof(float)}, {thread, threads});
        }
        std::vector<float> results;
        for (size_t column = 0; column < count; ++column) {
            results.insert(results.end(), &out[column * stride], &out[column * stride + rows]);
            for (size_t row = rows; row < stride; ++row) {
                CHECK_EQ(out[column * stride + row], untouched);
            }
        }
        for (size_t behind = count * stride; behind < out.size(); ++behind) {
            CHECK_EQ(out[behind], untouched);
        }
        return results;
    }

    std::string show() const {
        return std::string(name_of(type)) + " " + std::to_string(rows) + " × " + std::to_string(inner) + " × " +
               std::to_string(columns) + ", gap " + std::to_string(gap);
    }
};

bool same_bits(const std::vector<float> & a, const std::vector<float> & b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

/** Every column among all of them, by any number of threads, has the bits of the column alone. */
void check_invariant(const Product & product) {
    std::vector<float> alone;
    for (size_t column = 0; column < product.columns; ++column) {
        const std::vector<float> results = product.results(column, 1, 1);
        alone.insert(alone.end(), results.begin(), results.end());
    }
    for (const size_t threads : {1, 2, 3, 5}) {
        if (!same_bits(product.results(0, product.columns, threads), alone)) {
            test::fail(__FILE__, __LINE__, product.show() + ", " + std::to_string(threads) + " threads: bits differ");
        }
    }
}

/** |result − Σ| ≤ inner · 2⁻²³ · Σ|products|, Σ in float64, of what is not subnormal; NaN where the sum is, and nothing
 * finite where it is infinite. */
void check_error(const Product & product) {
    const std::vector<float> results = product.results(0, product.columns, 2);
    const double smallest = flushes_subnormals(product.type) ? static_cast<double>(product.inner) * 0x1p-126 : 0x1p-149;
    for (size_t column = 0; column < product.columns; ++column) {
        for (size_t row = 0; row < product.rows; ++row) {
            double sum = 0;
            double size = 0;
            for (size_t i = 0; i < product.inner; ++i) {
                const double activation =
                    rounded_as(product.type, product.activations[column * (product.inner + product.gap) + i]);
                const double value = static_cast<double>(product.weight_values[row * product.inner + i]) * activation;
                sum += value;
                size += std::abs(value);
            }
            const float got = results[column * product.rows + row];
            const bool right =
                std::isfinite(sum) && std::abs(sum) < 0x1p127
                    ? std::abs(got - sum) <= static_cast<double>(product.inner) * 0x1p-23 * size + smallest
                : std::isnan(sum) ? std::isnan(got)
                                  : !std::isfinite(got);
            if (!right) {
                test::fail(__FILE__, __LINE__,
                           product.show() + ": row " + std::to_string(row) + ", column " + std::to_string(column) +
                               " is " + test::show(got) + ", expected " + test::show(sum));
                return;
            }
        }
    }
}

/** Whether one value times one is `expected`; matrix units may take infinities for NaN. */
bool is_value(WeightType type, float got, float expected) {
    return got == expected || (std::isnan(got) && std::isnan(expected)) ||
           (by_matrix_units(type) && std::isinf(expected) && std::isnan(got)) ||
           (flushes_subnormals(type) && std::abs(expected) < 0x1p-126F && got == 0);
}

constexpr WeightType kTypes[] = {WeightType::float32, WeightType::float16, WeightType::bfloat16};

TEST("an element has the same bits alone and in every width, place and share") {
    std::mt19937 random(kSeed);
    for (const WeightType type : kTypes) {
        for (size_t columns = 1; columns <= 70; columns += columns < 34 ? 1 : 9) {
            check_invariant(Product(type, 29, 100, columns, 5, random));
        }
    }
}

// From one column on there are too many activations for the first cache.
TEST("long sums have the same bits in every width, and subnormals, infinities and NaN in them come through") {
    std::mt19937 random(kSeed);
    for (const WeightType type : kTypes) {
        for (size_t columns = 1; columns <= 34; columns += columns < 14 ? 1 : 10) {
            Product product(type, 5, 4103, columns, 1, random);
            check_invariant(product);
            product.set_weight(3, 4102, kInfinity);
            product.set_weight(4, 0, kNaN);
            product.activation(columns / 2, 4101) = -kInfinity;
            product.activation(0, 7) = 0x1p-24F;
            check_error(product);
        }
    }
}

TEST("prompts of any length are right") {
    std::mt19937 random(kSeed);
    for (const WeightType type : kTypes) {
        for (const size_t columns : {97, 271, 303, 481, 512}) {
            const Product product(type, 19, 70, columns, 0, random);
            check_error(product);
            check_invariant(product);
        }
    }
}

TEST("inner sizes around every multiple of a vector are right and invariant") {
    std::mt19937 random(kSeed);
    for (const WeightType type : kTypes) {
        for (const size_t inner : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 2048}) {
            const Product product(type, 13, inner, 6, inner % 3, random);
            check_error(product);
            check_invariant(product);
        }
    }
}

TEST("any number of weight rows is right, less than a tile or a thread's share") {
    std::mt19937 random(kSeed);
    for (const WeightType type : kTypes) {
        for (size_t rows = 1; rows <= 30; ++rows) {
            const Product product(type, rows, 40, 5, 0, random);
            check_error(product);
            check_invariant(product);
        }
    }
}

TEST("random shapes and strides") {
    std::mt19937 random(kSeed);
    for (int i = 0; i < 300; ++i) {
        const auto up_to = [&](size_t most) { return std::uniform_int_distribution<size_t>(1, most)(random); };
        const Product product(kTypes[i % 3], up_to(60), up_to(300), up_to(40), up_to(20) - 1, random);
        check_error(product);
        check_invariant(product);
    }
}

TEST("q8_0 weights give the bits of the floats they stand for") {
    std::mt19937 random(kSeed);
    for (int i = 0; i < 100; ++i) {
        const auto up_to = [&](size_t most) { return std::uniform_int_distribution<size_t>(1, most)(random); };
        const Product product(WeightType::q8_0, up_to(40), 32 * up_to(9), up_to(40), 32 * (up_to(3) - 1), random);
        check_error(product);
        check_invariant(product);
        CHECK_EQ(same_bits(product.results(0, product.columns, 2), product.as_floats().results(0, product.columns, 1)),
                 true);
    }
}

TEST("activations that no cache holds give the same bits") {
    std::mt19937 random(kSeed);
    for (const WeightType type : {WeightType::float32, WeightType::float16, WeightType::bfloat16, WeightType::q8_0}) {
        for (const size_t columns : {5, 20, 34}) {
            const size_t inner = 32 * (columns == 5 ? 2200 : 520) + (type == WeightType::q8_0 ? 0 : 7);
            const Product product(type, 41, inner, columns, 0, random);
            check_error(product);
            check_invariant(product);
        }
    }
}

TEST("every half and every bfloat16 widens exactly, subnormals included") {
    for (const WeightType type : {WeightType::float16, WeightType::bfloat16}) {
        std::mt19937 random(kSeed);
        Product product(type, 65536, 1, 1, 0, random);
        for (uint32_t bits = 0; bits < 65536; ++bits) {
            const uint16_t half = static_cast<uint16_t>(bits);
            std::memcpy(product.weight_bytes.data() + bits * size_t{2}, &half, 2);
        }
        product.activation(0, 0) = 1;
        const std::vector<float> results = product.results(0, 1, 1);
        for (uint32_t bits = 0; bits < 65536; ++bits) {
            float expected;
            const uint32_t wide = bits << 16;
            std::memcpy(&expected, &wide, 4);
            if (type == WeightType::float16) {
                expected = half_value(static_cast<uint16_t>(bits));
            }
            const float got = results[bits];
            if (!is_value(type, got, expected)) {
                test::fail(__FILE__, __LINE__,
                           std::string(name_of(type)) + " " + test::show(bits) + ": " + test::show(got));
            }
        }
    }
}

TEST("activations are rounded to the weights' type, ties to even") {
    for (const WeightType type : kTypes) {
        std::mt19937 random(kSeed);
        Product product(type, 1, 1, 20000, 0, random);
        product.set_weight(0, 0, 1);
        for (float & value : product.activations) {
            value = std::ldexp(value, std::uniform_int_distribution<int>(-40, 20)(random));
        }
        const std::vector<float> special = {0,          0x1p-24F,  0x1p-25F,  0x1.8p-24F, 0x1.002p0F,
                                            0x1.006p0F, 65504,     65519,     65520,      1e30F,
                                            0x1.01p0F,  0x1.03p0F, kInfinity, -kInfinity, kNaN};
        std::copy(special.begin(), special.end(), product.activations.begin());
        const std::vector<float> results = product.results(0, product.columns, 1);
        for (size_t i = 0; i < results.size(); ++i) {
            const float expected = rounded_as(type, product.activations[i]);
            if (!is_value(type, results[i], expected)) {
                test::fail(__FILE__, __LINE__,
                           std::string(name_of(type)) + ": " + test::show(product.activations[i]) + " became " +
                               test::show(results[i]) + ", expected " + test::show(expected));
            }
        }
    }
}

TEST("subnormals, infinities and NaN come through, and only where they are") {
    std::mt19937 random(kSeed);
    for (const WeightType type : kTypes) {
        Product product(type, 17, 45, 9, 2, random);
        product.set_weight(3, 44, kInfinity);
        product.set_weight(5, 0, kNaN);
        product.set_weight(6, 7, -kInfinity);
        product.set_weight(6, 40, kInfinity);
        for (size_t i = 0; i < product.inner; ++i) {
            product.set_weight(8, i, 0x1p-23F);
            product.set_weight(9, i, 60000);
            product.activation(4, i) = 60000;
        }
        product.activation(7, 11) = kNaN;
        product.activation(8, 44) = -kInfinity;
        check_error(product);
        for (size_t column = 0; column < product.columns; ++column) {
            const std::vector<float> alone = product.results(column, 1, 1);
            const std::vector<float> all = product.results(0, product.columns, 2);
            for (size_t row = 0; row < product.rows; ++row) {
                const float a = alone[row];
                const float b = all[column * product.rows + row];
                CHECK_EQ(std::isnan(a) ? std::isnan(b) : a == b, true);
            }
        }
    }
}

TEST("no columns and no rows are no work") {
    std::mt19937 random(kSeed);
    CHECK_EQ(Product(WeightType::float16, 0, 8, 3, 0, random).results(0, 3, 2).size(), size_t{0});
    CHECK_EQ(Product(WeightType::float16, 4, 8, 0, 0, random).results(0, 0, 2).size(), size_t{0});
}

}  // namespace
}  // namespace foretoken::kernels

int main() {
    return foretoken::kernels::run_tests_here(foretoken::kernels::kSeed);
}
