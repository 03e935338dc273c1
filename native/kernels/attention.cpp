#include "attention.h"

#include <limits>
#include <utility>

#include "vector.h"

namespace foretoken::kernels {
namespace {

/** Registers of a tile hold the sums of its rows with kTogether cells, and the cells. */
constexpr size_t kRows = kRegisters == 32 ? 4 : 2;
constexpr size_t kTogether = 4;

/** Cells between the one that is read and the one that is requested: they lie a page apart, which no processor guesses.
 */
constexpr size_t kAhead = 12;

/** One tile at work. */
struct Tile {
    const AttentionRow * rows;
    size_t count;
    size_t shared;    // cells that all rows see first, in the same order
    float * queries;  // [row][key vectors]
    float * sums;     // [row][value vectors]
    float * weights;  // [row][weight_stride]: scores, then exp(score − largest)
    size_t query_stride;
    size_t sum_stride;
    size_t weight_stride;
};

template <typename Cell> struct CellsOf {
    const char * data;
    size_t cell_bytes;
    size_t size;

    explicit CellsOf(const Cells & cells)
        : data(static_cast<const char *>(cells.data)), cell_bytes(cells.cell_bytes), size(cells.size) {}
    const Cell * at(int32_t cell) const {
        return reinterpret_cast<const Cell *>(data + static_cast<size_t>(cell) * cell_bytes);
    }
    void request(int32_t cell) const {
        const char * const first = data + static_cast<size_t>(cell) * cell_bytes;
        for (size_t bytes = 0; bytes < size * sizeof(Cell); bytes += 64) {
            prefetch(first + bytes);
        }
    }
};

size_t weight_stride(size_t cells) {
    return round_up(cells, kLanes) + kLanes;
}

/** Cells that all rows see first. */
size_t shared_cells(const AttentionRow * rows, size_t count) {
    size_t shared = rows[0].sight.count;
    for (size_t row = 1; row < count; row++) {
        const Sight & sight = rows[row].sight;
        shared = std::min(shared, sight.count);
        const int32_t * const first = rows[0].sight.cells;
        shared = static_cast<size_t>(std::mismatch(first, first + shared, sight.cells).first - first);
    }
    return shared;
}

template <typename Cell> void round_queries(const Tile & tile, size_t size) {
    for (size_t row = 0; row < tile.count; row++) {
        const float * const query = tile.rows[row].query;
        float * const out = tile.queries + row * tile.query_stride;
        for (size_t i = 0; i < size; i += kLanes) {
            store(out + i, rounded<Cell>(size - i >= kLanes ? load(query + i) : load_partly(query + i, size - i)));
        }
    }
}

template <size_t Rows, typename Load>
FORETOKEN_INLINE void add_products(Vector (&sums)[Rows][kTogether], const float * query, size_t stride, Load load_key) {
    Vector keys[kTogether];
    for (size_t i = 0; i < kTogether; i++) {
        keys[i] = keep(load_key(i));
    }
    for (size_t row = 0; row < Rows; row++) {
        const Vector values = keep(load(query + row * stride));
        for (size_t i = 0; i < kTogether; i++) {
            sums[row][i] = multiply_add(keys[i], values, sums[row][i]);
        }
    }
}

/** Scores of the rows from `first` on with cells [begin, end) of what they see, the same for all of them. */
template <size_t Rows, typename Key>
void score(const CellsOf<Key> & keys, const Tile & tile, size_t first, size_t begin, size_t end) {
    const int32_t * const cells = tile.rows[first].sight.cells;
    const float * const queries = tile.queries + first * tile.query_stride;
    float * const scores = tile.weights + first * tile.weight_stride;
    const size_t whole = keys.size / kLanes * kLanes;
    for (size_t cell = begin; cell < end; cell += kTogether) {
        const Key * key[kTogether];
        for (size_t i = 0; i < kTogether; i++) {
            key[i] = keys.at(cells[std::min(cell + i, end - 1)]);
            keys.request(cells[std::min(cell + i + kAhead, end - 1)]);
        }
        Vector sums[Rows][kTogether];
        for (auto & row : sums) {
            std::fill_n(row, kTogether, zero());
        }
        for (size_t i = 0; i < whole; i += kLanes) {
            add_products(sums, queries + i, tile.query_stride, [&](size_t k) { return load(key[k] + i); });
        }
        if (keys.size > whole) {
            add_products(sums, queries + whole, tile.query_stride,
                         [&](size_t k) { return load_partly(key[k] + whole, keys.size - whole); });
        }
        for (size_t row = 0; row < Rows; row++) {
            sums_of_lanes(sums[row][0], sums[row][1], sums[row][2], sums[row][3],
                          scores + row * tile.weight_stride + cell);
        }
    }
}

/** exp(x) for x ≤ 0, at least that of −87: x = n · ln 2 + r, a polynomial (Cephes) for r. NaN stays NaN. */
Vector exp_of(Vector x) {
    x = larger(splat(-87.0F), x);
    const Vector shift = splat(0x1.8p23F);
    const Vector shifted = multiply_add(x, splat(1.44269504F), shift);
    const Vector n = add(shifted, splat(-0x1.8p23F));
    Vector r = multiply_add(n, splat(-0.693359375F), x);
    r = multiply_add(n, splat(2.12194440e-4F), r);
    Vector sum = splat(1.9875691500e-4F);
    for (const float next :
         {1.3981999507e-3F, 8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 0.5F, 1.0F, 1.0F}) {
        sum = multiply_add(sum, r, splat(next));
    }
    return multiply_add(sum, two_to_the(shifted), zero());
}

/** Scores become weights; returns their sum. */
float weigh(const Sight & sight, float scale, float * weights) {
    const size_t end = round_up(sight.count, kLanes);
    for (size_t i = 0; i < end; i += kLanes) {
        Vector bias = zero();
        if (sight.bias != nullptr) {
            const size_t left = sight.count - i;
            bias = left >= kLanes ? load(sight.bias + i) : load_partly(sight.bias + i, left);
        }
        store(weights + i, multiply_add(load(weights + i), splat(scale), bias));
    }
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    std::fill_n(weights + sight.count, end - sight.count, lowest);
    Vector largest = splat(lowest);
    for (size_t i = 0; i < end; i += kLanes) {
        largest = larger(largest, load(weights + i));
    }
    float lanes[kLanes];
    store(lanes, largest);
    const Vector negative = splat(-*std::max_element(lanes, lanes + kLanes));
    Vector sum = zero();
    for (size_t i = 0; i < end; i += kLanes) {
        const Vector exps = exp_of(add(load(weights + i), negative));
        store(weights + i, exps);
        sum = add(sum, exps);
    }
    return sum_of_lanes(sum);
}

/** Adds weight × value of cells [begin, end) to Vectors vectors, from `at` on, of the sums of the rows from `first` on.
 */
template <size_t Rows, size_t Vectors, typename Value>
void add_values(const CellsOf<Value> & values, const Tile & tile, size_t first, size_t at, size_t begin, size_t end) {
    const int32_t * const cells = tile.rows[first].sight.cells;
    const float * const weights = tile.weights + first * tile.weight_stride;
    float * const out = tile.sums + first * tile.sum_stride + at;
    const size_t last = values.size - at - (Vectors - 1) * kLanes;  // numbers in the last vector, or more
    Vector sums[Rows][Vectors];
    for (size_t row = 0; row < Rows; row++) {
        for (size_t i = 0; i < Vectors; i++) {
            sums[row][i] = load(out + row * tile.sum_stride + i * kLanes);
        }
    }
    for (size_t cell = begin; cell < end; cell++) {
        const Value * const value = values.at(cells[cell]) + at;
        values.request(cells[std::min(cell + kAhead, end - 1)]);
        Vector loaded[Vectors];
        for (size_t i = 0; i + 1 < Vectors; i++) {
            loaded[i] = keep(load(value + i * kLanes));
        }
        const Value * const rest = value + (Vectors - 1) * kLanes;
        loaded[Vectors - 1] = keep(last >= kLanes ? load(rest) : load_partly(rest, last));
        for (size_t row = 0; row < Rows; row++) {
            const Vector weight = splat(weights[row * tile.weight_stride + cell]);
            for (size_t i = 0; i < Vectors; i++) {
                sums[row][i] = multiply_add(loaded[i], weight, sums[row][i]);
            }
        }
    }
    for (size_t row = 0; row < Rows; row++) {
        for (size_t i = 0; i < Vectors; i++) {
            store(out + row * tile.sum_stride + i * kLanes, sums[row][i]);
        }
    }
}

/** add_values() for all of the sums. */
template <size_t Rows, typename Value>
void add_cells(const CellsOf<Value> & values, const Tile & tile, size_t first, size_t begin, size_t end) {
    constexpr size_t most = 4;
    const size_t vectors = round_up(values.size, kLanes) / kLanes;
    size_t vector = 0;
    for (; vector + most <= vectors; vector += most) {
        add_values<Rows, most>(values, tile, first, vector * kLanes, begin, end);
    }
    switch (vectors - vector) {
    case 3: return add_values<Rows, 3>(values, tile, first, vector * kLanes, begin, end);
    case 2: return add_values<Rows, 2>(values, tile, first, vector * kLanes, begin, end);
    case 1: return add_values<Rows, 1>(values, tile, first, vector * kLanes, begin, end);
    default: return;
    }
}

/** Calls `part` with a number of rows that it is compiled for. */
template <size_t Rows = kRows, typename Part> void with_rows(size_t count, Part part) {
    if (count == Rows) {
        part(std::integral_constant<size_t, Rows>());
    } else if constexpr (Rows > 1) {
        with_rows<Rows - 1>(count, part);
    }
}

/** Calls `part` with what all rows share, and with each row's own rest. */
template <typename Part> void for_each_stretch(const Tile & tile, Part part) {
    with_rows(tile.count, [&](auto rows) { part(rows, size_t{0}, size_t{0}, tile.shared); });
    for (size_t row = 0; row < tile.count; row++) {
        if (tile.shared < tile.rows[row].sight.count) {
            part(std::integral_constant<size_t, 1>(), row, tile.shared, tile.rows[row].sight.count);
        }
    }
}

template <typename Key> void score_all(const Cells & cells, const Tile & tile) {
    const CellsOf<Key> keys(cells);
    round_queries<Key>(tile, keys.size);
    for_each_stretch(tile, [&](auto rows, size_t first, size_t begin, size_t end) {
        score<decltype(rows)::value>(keys, tile, first, begin, end);
    });
}

template <typename Value> void add_all(const Cells & cells, const Tile & tile) {
    const CellsOf<Value> values(cells);
    for_each_stretch(tile, [&](auto rows, size_t first, size_t begin, size_t end) {
        add_cells<decltype(rows)::value>(values, tile, first, begin, end);
    });
}

}  // namespace

size_t attention_tile() {
    return kRows;
}

size_t attention_scratch_floats(size_t key_size, size_t value_size, size_t cells) {
    return kRows * (round_up(key_size, kLanes) + round_up(value_size, kLanes) + weight_stride(cells));
}

Sight find_sight(const uint16_t * mask, size_t count, int32_t * cells, float * bias) {
    constexpr uint16_t hidden = 0xfc00;
    size_t seen = 0;
    bool biased = false;
    for (size_t cell = 0; cell < count; cell++) {
        const uint16_t bits = mask == nullptr ? 0 : mask[cell];
        cells[seen] = static_cast<int32_t>(cell);
        bias[seen] = 0;
        if ((bits & 0x7fffU) != 0 && bits != hidden) {
            biased = true;
            float lanes[kLanes];
            const Float16 halves[kLanes] = {{bits}};
            store(lanes, load(halves));
            bias[seen] = lanes[0];
        }
        seen += bits != hidden ? 1 : 0;
    }
    return {cells, seen, biased ? bias : nullptr};
}

void attend(const Cells & keys, const Cells & values, float scale, const AttentionRow * rows, size_t count,
            float * scratch) {
    size_t most = 0;
    for (size_t row = 0; row < count; row++) {
        most = std::max(most, rows[row].sight.count);
    }
    Tile tile = {};
    tile.rows = rows;
    tile.count = count;
    tile.shared = shared_cells(rows, count);
    tile.query_stride = round_up(keys.size, kLanes);
    tile.sum_stride = round_up(values.size, kLanes);
    tile.weight_stride = weight_stride(most);
    tile.queries = scratch;
    tile.sums = tile.queries + count * tile.query_stride;
    tile.weights = tile.sums + count * tile.sum_stride;
    std::fill_n(tile.sums, count * tile.sum_stride, 0.0F);

    switch (keys.type) {
    case CellType::float32: score_all<float>(keys, tile); break;
    case CellType::float16: score_all<Float16>(keys, tile); break;
    case CellType::bfloat16: score_all<BFloat16>(keys, tile); break;
    }
    float totals[kRows];
    for (size_t row = 0; row < count; row++) {
        totals[row] = weigh(rows[row].sight, scale, tile.weights + row * tile.weight_stride);
    }
    switch (values.type) {
    case CellType::float32: add_all<float>(values, tile); break;
    case CellType::float16: add_all<Float16>(values, tile); break;
    case CellType::bfloat16: add_all<BFloat16>(values, tile); break;
    }
    for (size_t row = 0; row < count; row++) {
        const float inverse = rows[row].sight.count == 0 ? 0.0F : 1.0F / totals[row];
        const float * const sums = tile.sums + row * tile.sum_stride;
        std::transform(sums, sums + values.size, rows[row].result, [inverse](float sum) { return sum * inverse; });
    }
}

}  // namespace foretoken::kernels
