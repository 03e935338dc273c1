// The attention kernel alone: a row's bits whatever is computed beside it and wherever its cells lie, its error against
// float64, and what it may read and write.
#include "attention.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

#include "kernels.h"

namespace foretoken::kernels {
namespace {

constexpr uint32_t kSeed = 20261128;
constexpr CellType kTypes[] = {CellType::float32, CellType::float16, CellType::bfloat16};

/** Keys or values of one head in a cache: cells lie apart, with NaN between them and in those that nobody wrote. */
class Cache {
public:
    Cache(CellType type, size_t size, size_t cells, size_t gap)
        : type_(type), size_(size), cell_bytes_((size + gap) * value_bytes()), bytes_(cells * cell_bytes_, 0xff) {}

    void set(size_t cell, size_t i, float value) {
        uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        if (type_ == CellType::float16) {
            bits = half_bits(value);
        } else if (type_ == CellType::bfloat16) {
            bits >>= 16;
        }
        std::memcpy(&bytes_[cell * cell_bytes_ + i * value_bytes()], &bits, value_bytes());
    }

    float get(size_t cell, size_t i) const {
        uint32_t bits = 0;
        std::memcpy(&bits, &bytes_[cell * cell_bytes_ + i * value_bytes()], value_bytes());
        if (type_ == CellType::float16) {
            return half_value(static_cast<uint16_t>(bits));
        }
        bits <<= type_ == CellType::bfloat16 ? 16 : 0;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }

    void copy_cell(size_t to, const Cache & from, size_t cell) {
        std::copy_n(from.bytes_.begin() + static_cast<std::ptrdiff_t>(cell * cell_bytes_), cell_bytes_,
                    bytes_.begin() + static_cast<std::ptrdiff_t>(to * cell_bytes_));
    }

    void fill(size_t cell, std::mt19937 & random) {
        std::normal_distribution<float> normal;
        for (size_t i = 0; i < size_; ++i) {
            set(cell, i, normal(random));
        }
    }

    Cells cells() const { return {type_, bytes_.data(), cell_bytes_, size_}; }

private:
    size_t value_bytes() const { return type_ == CellType::float32 ? 4 : 2; }

    CellType type_;
    size_t size_;
    size_t cell_bytes_;
    std::vector<uint8_t> bytes_;
};

struct Row {
    std::vector<float> query;  // halves, so that rounding it changes nothing
    std::vector<int32_t> cells;
    std::vector<float> bias;  // empty: none
};

struct Attention {
    Cache keys;
    Cache values;
    size_t key_size;
    size_t value_size;
    float scale;
    std::vector<Row> rows;

    Attention(CellType type, size_t key_size_, size_t value_size_, size_t cells, std::mt19937 & random)
        : keys(type, key_size_, cells, random() % 9),
          values(type, value_size_, cells, random() % 9),
          key_size(key_size_),
          value_size(value_size_),
          scale(1 / std::sqrt(static_cast<float>(key_size_))) {
        for (size_t cell = 0; cell < cells; ++cell) {
            keys.fill(cell, random);
            values.fill(cell, random);
        }
    }

    void add_row(std::vector<int32_t> cells, std::mt19937 & random, bool biased = false) {
        Row row = {std::vector<float>(key_size), std::move(cells), {}};
        for (float & value : row.query) {
            value = static_cast<float>(static_cast<int>(random() % 512) - 256) / 128;
        }
        if (biased) {
            row.bias.resize(row.cells.size());
            std::generate(row.bias.begin(), row.bias.end(), [&] { return static_cast<float>(random() % 64) / -8; });
        }
        rows.push_back(std::move(row));
    }

    /** Results of rows [first, first + count), one after another. */
    std::vector<float> results(size_t first, size_t count) const {
        constexpr float untouched = 12345.0F;
        std::vector<float> out(count * (value_size + 1), untouched);
        std::vector<AttentionRow> tile;
        size_t most = 0;
        for (size_t i = 0; i < count; ++i) {
            const Row & row = rows[first + i];
            most = std::max(most, row.cells.size());
            tile.push_back({row.query.data(),
                            {row.cells.data(), row.cells.size(), row.bias.empty() ? nullptr : row.bias.data()},
                            &out[i * (value_size + 1)]});
        }
        std::vector<float> scratch(attention_scratch_floats(key_size, value_size, most), kNaN);
        attend(keys.cells(), values.cells(), scale, tile.data(), count, scratch.data());
        std::vector<float> results;
        for (size_t i = 0; i < count; ++i) {
            const float * const row = &out[i * (value_size + 1)];
            results.insert(results.end(), row, row + value_size);
            CHECK_EQ(row[value_size], untouched);
        }
        return results;
    }

    /** In float64. */
    std::vector<double> expected(const Row & row) const {
        std::vector<double> weights;
        for (size_t i = 0; i < row.cells.size(); ++i) {
            double sum = 0;
            for (size_t k = 0; k < key_size; ++k) {
                sum += static_cast<double>(row.query[k]) *
                       static_cast<double>(keys.get(static_cast<size_t>(row.cells[i]), k));
            }
            weights.push_back(sum * static_cast<double>(scale) +
                              (row.bias.empty() ? 0 : static_cast<double>(row.bias[i])));
        }
        const double largest = weights.empty() ? 0 : *std::max_element(weights.begin(), weights.end());
        double total = 0;
        for (double & weight : weights) {
            weight = std::exp(weight - largest);
            total += weight;
        }
        std::vector<double> result(value_size, 0);
        for (size_t i = 0; i < weights.size(); ++i) {
            for (size_t v = 0; v < value_size; ++v) {
                result[v] += weights[i] / total * static_cast<double>(values.get(static_cast<size_t>(row.cells[i]), v));
            }
        }
        return result;
    }

    std::string show() const {
        std::ostringstream out;
        out << key_size << " and " << value_size << " numbers, rows of";
        for (const Row & row : rows) {
            out << " " << row.cells.size();
        }
        out << " cells";
        return out.str();
    }
};

std::vector<int32_t> first_cells(size_t count) {
    std::vector<int32_t> cells(count);
    std::iota(cells.begin(), cells.end(), 0);
    return cells;
}

std::vector<int32_t> some_cells(size_t of, std::mt19937 & random) {
    std::vector<int32_t> cells;
    for (size_t cell = 0; cell < of; ++cell) {
        if (random() % 3 != 0) {
            cells.push_back(static_cast<int32_t>(cell));
        }
    }
    return cells;
}

bool same_bits(const std::vector<float> & a, const std::vector<float> & b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

/** Every row in tiles of any number has the bits of the row alone. */
void check_invariant(const Attention & attention) {
    std::vector<float> alone;
    for (size_t row = 0; row < attention.rows.size(); ++row) {
        const std::vector<float> results = attention.results(row, 1);
        alone.insert(alone.end(), results.begin(), results.end());
    }
    for (size_t tile = 2; tile <= attention_tile(); ++tile) {
        std::vector<float> all;
        for (size_t row = 0; row < attention.rows.size(); row += tile) {
            const std::vector<float> results = attention.results(row, std::min(tile, attention.rows.size() - row));
            all.insert(all.end(), results.begin(), results.end());
        }
        if (!same_bits(all, alone)) {
            test::fail(__FILE__, __LINE__, attention.show() + ", " + std::to_string(tile) + " at once: bits differ");
        }
    }
}

void check_error(const Attention & attention) {
    for (size_t row = 0; row < attention.rows.size(); ++row) {
        const std::vector<float> results = attention.results(row, 1);
        const std::vector<double> expected = attention.expected(attention.rows[row]);
        for (size_t v = 0; v < results.size(); ++v) {
            if (!(std::abs(results[v] - expected[v]) <= 2e-5)) {
                test::fail(__FILE__, __LINE__,
                           attention.show() + ": " + test::show(results[v]) + ", expected " + test::show(expected[v]));
                return;
            }
        }
    }
}

TEST("rows of one sequence have the bits of each alone, and are right") {
    std::mt19937 random(kSeed);
    for (const CellType type : kTypes) {
        for (size_t past = 0; past <= 70; past += past < 20 ? 1 : 7) {
            Attention attention(type, 64, 64, past + 9, random);
            for (size_t row = 1; row <= 9; ++row) {
                attention.add_row(first_cells(past + row), random);
            }
            check_invariant(attention);
            check_error(attention);
        }
    }
}

TEST("rows that see different cells, none of them, or bias beside them") {
    std::mt19937 random(kSeed);
    for (int i = 0; i < 200; ++i) {
        const auto up_to = [&](size_t most) { return std::uniform_int_distribution<size_t>(1, most)(random); };
        const size_t cells = up_to(200);
        Attention attention(kTypes[i % 3], up_to(140), up_to(140), cells, random);
        for (size_t row = up_to(9); row > 0; --row) {
            attention.add_row(random() % 8 == 0 ? std::vector<int32_t>() : some_cells(cells, random), random,
                              random() % 3 == 0);
        }
        check_invariant(attention);
        check_error(attention);
    }
}

TEST("a row has the same bits wherever its cells lie, among others that nobody may read") {
    std::mt19937 random(kSeed);
    for (const CellType type : kTypes) {
        Attention together(type, 40, 24, 90, random);
        together.add_row(first_cells(90), random);
        Attention apart = together;
        apart.keys = Cache(type, 40, 200, 3);
        apart.values = Cache(type, 24, 200, 3);
        together.keys = Cache(type, 40, 90, 3);
        together.values = Cache(type, 24, 90, 3);
        std::vector<int32_t> places = first_cells(200);
        std::shuffle(places.begin(), places.end(), random);
        places.resize(90);
        std::sort(places.begin(), places.end());
        for (size_t cell = 0; cell < 90; ++cell) {
            together.keys.fill(cell, random);
            together.values.fill(cell, random);
            apart.keys.copy_cell(static_cast<size_t>(places[cell]), together.keys, cell);
            apart.values.copy_cell(static_cast<size_t>(places[cell]), together.values, cell);
        }
        apart.rows[0].cells = places;
        CHECK_EQ(same_bits(together.results(0, 1), apart.results(0, 1)), true);
    }
}

TEST("scores far apart leave the largest alone; equal ones share") {
    std::mt19937 random(kSeed);
    Attention attention(CellType::float32, 8, 8, 40, random);
    attention.scale = 1000;
    attention.add_row(first_cells(40), random);
    check_error(attention);
    attention.scale = 0;
    check_error(attention);
}

TEST("infinities and NaN reach the rows that see them, and no other") {
    std::mt19937 random(kSeed);
    Attention attention(CellType::float16, 32, 32, 30, random);
    attention.keys.set(20, 3, kNaN);
    attention.values.set(25, 5, kInfinity);
    attention.add_row(first_cells(20), random);
    attention.add_row(first_cells(24), random);
    std::vector<int32_t> around = first_cells(30);
    around.erase(around.begin() + 20);
    attention.add_row(around, random);
    const std::vector<float> finite = attention.results(0, 1);
    CHECK_EQ(std::all_of(finite.begin(), finite.end(), [](float value) { return std::isfinite(value); }), true);
    const std::vector<float> nan = attention.results(1, 1);
    CHECK_EQ(std::all_of(nan.begin(), nan.end(), [](float value) { return std::isnan(value); }), true);
    const std::vector<float> infinite = attention.results(2, 1);
    CHECK_EQ(infinite[5], kInfinity);
    CHECK_EQ(std::isfinite(infinite[4]) && std::isfinite(infinite[6]), true);
}

TEST("a mask shows cells that are not at -infinity, and their bias") {
    std::vector<int32_t> cells(6);
    std::vector<float> bias(6);
    const std::vector<uint16_t> plain = {0, 0xfc00, 0x8000, 0xfc00, 0xfc00, 0};
    Sight sight = find_sight(plain.data(), plain.size(), cells.data(), bias.data());
    CHECK_EQ(std::vector<int32_t>(sight.cells, sight.cells + sight.count), (std::vector<int32_t>{0, 2, 5}));
    CHECK_EQ(sight.bias == nullptr, true);
    const std::vector<uint16_t> biased = {0xfc00, 0, 0xc000, 0xfc00, 0x3800, 0};
    sight = find_sight(biased.data(), biased.size(), cells.data(), bias.data());
    CHECK_EQ(std::vector<int32_t>(sight.cells, sight.cells + sight.count), (std::vector<int32_t>{1, 2, 4, 5}));
    CHECK_EQ(std::vector<float>(sight.bias, sight.bias + sight.count), (std::vector<float>{0, -2, 0.5F, 0}));
    CHECK_EQ(find_sight(nullptr, 6, cells.data(), bias.data()).count, size_t{6});
}

}  // namespace
}  // namespace foretoken::kernels

int main() {
    return foretoken::kernels::run_tests_here(foretoken::kernels::kSeed);
}
