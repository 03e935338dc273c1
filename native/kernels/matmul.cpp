#include "matmul.h"

#include <utility>

#include "matmul-amx.h"
#include "vector.h"

namespace foretoken::kernels {
namespace {

/** Columns that share one reading of the weights. */
constexpr size_t kBlock = 32;

/** Weight values of one turn of a tile's loop; whole blocks of quantised ones. */
template <typename Weight> constexpr size_t kStep = std::max(4 * kLanes, kValues<Weight>);

/** The same as elements in memory. */
template <typename Weight> constexpr size_t kElements = kStep<Weight> / kValues<Weight>;

/** Values that one multiply_add() takes of a row or column. */
template <typename Weight> constexpr size_t kFactors = Factors<Weight>::count;

template <typename Weight> using Activation = typename Factors<Weight>::Activation;

/** Packed values of a column. */
template <typename Weight> constexpr size_t packed_values(size_t inner) {
    return round_up(inner, kFactors<Weight>);
}

/** Bytes of packed activations that stay in the second cache while all weights pass. */
constexpr size_t kMostCached = 640 * 1024;

/** Bytes of floats that stay in the first cache beside weights. */
constexpr size_t kFew = 16 * 1024;

/** Where there are more than kMostCached, so many weight rows and inner values meet all columns before the next do. */
constexpr size_t kPanelRows = 36;
constexpr size_t kSlice = 1024;

/** Bytes that a request is ahead at least. */
constexpr size_t kNearest = 6144;

constexpr size_t kCacheLine = 64;
constexpr size_t kPage = 4096;

/** Halves beside activations of up to kFew bytes, which stay floats. */
struct Float16BesideFew : Float16 {};

/** Registers of a tile hold rows × columns sums, rows weights and one activation. */
struct TileShape {
    size_t rows;
    size_t columns;
};

/** Measured: docs/adr/0006. Columns beyond the last full tile go in one of fewer columns. */
constexpr TileShape tile_shape(size_t columns) {
    constexpr size_t most = kRegisters == 32 ? 6 : 4;
    if (kRegisters == 16 && columns == 5) {
        return {2, 5};
    }
    if (columns <= most) {
        return {kRegisters == 16 && columns == 4 ? size_t{3} : size_t{4}, columns};
    }
    const size_t tiles = (columns + most - 1) / most;
    return {kRegisters == 32 ? size_t{4} : size_t{3}, (columns + tiles - 1) / tiles};
}

/** Whether tiles of so many rows come several to a row of tiles, as they do beyond what one can hold. */
template <size_t Rows> constexpr bool kManyTiles = Rows == (kRegisters == 32 ? 4 : 3);

/** Where a tile reads and writes. */
template <typename Weight> struct Operands {
    const Weight * weights;
    size_t weight_stride;  // from one row to the next
    size_t inner;
    const Activation<Weight> * packed;  // [inner / kFactors][Columns][kFactors]
    const char * ahead;                 // what to request meanwhile
    float * results;
    size_t result_stride;  // floats from one column to the next
    // Of a slice of the inner dimension, [Rows][Columns][kLanes]: sums so far, and where they go instead of results.
    const float * begun = nullptr;
    float * unfinished = nullptr;
};

/** f(0), …, f(Count - 1), written out early enough for the compiler to keep arrays in registers. */
template <size_t... I, typename F> FORETOKEN_INLINE void each_of(std::index_sequence<I...>, F f) {
    (f(I), ...);
}
template <size_t Count, typename F> FORETOKEN_INLINE void unrolled(F f) {
    each_of(std::make_index_sequence<Count>(), f);
}

/** Adds one vector of each of Rows weight rows times one of each column. Inlined always: a call would spill the sums.
 */
template <size_t Rows, size_t Columns, typename Weight, typename Load>
FORETOKEN_INLINE void add_products(Vector (&sums)[Rows][Columns], const Weight * weights, size_t stride,
                                   const Activation<Weight> * packed, Load load_weights) {
    decltype(load_weights(weights)) row[Rows];
    unrolled<Rows>([&](size_t r) FORETOKEN_INLINE_LAMBDA { row[r] = keep(load_weights(weights + r * stride)); });
    unrolled<Columns>([&](size_t c) FORETOKEN_INLINE_LAMBDA {
        const auto loaded = Factors<Weight>::load(packed, c);
        const auto column = Rows > 1 ? keep(loaded) : loaded;
        unrolled<Rows>([&](size_t r)
                           FORETOKEN_INLINE_LAMBDA { sums[r][c] = multiply_add(row[r], column, sums[r][c]); });
    });
}

template <size_t Rows, size_t Columns, typename Weight, size_t... Vectors>
FORETOKEN_INLINE void add_step(Vector (&sums)[Rows][Columns], const Weight * weights, size_t stride,
                               const Activation<Weight> * packed, std::index_sequence<Vectors...>) {
    (add_products(sums, weights, stride, packed + Vectors * kFactors<Weight> * Columns,
                  [](const Weight * row) { return Factors<Weight>::load(row, Vectors); }),
     ...);
}

/** Stores the sum of each vector of one column, for rows that lie together. */
template <size_t Rows, size_t Columns>
FORETOKEN_INLINE void store_sums(const Vector (&sums)[Rows][Columns], size_t column, float * results) {
    if constexpr (Rows == 4) {
        sums_of_lanes(sums[0][column], sums[1][column], sums[2][column], sums[3][column], results);
    } else if constexpr (Rows == 3) {
        float four[4];
        sums_of_lanes(sums[0][column], sums[1][column], sums[2][column], zero(), four);
        std::copy_n(four, Rows, results);
    } else {
        for (size_t r = 0; r < Rows; r++) {
            results[r] = sum_of_lanes(sums[r][column]);
        }
    }
}

/** Sums of Rows weight rows with Columns columns. Requests one of Parts parts of as many rows, nothing if that is 0. */
template <size_t Rows, size_t Columns, size_t Parts, typename Weight> void tile(const Operands<Weight> & in) {
    Vector sums[Rows][Columns];
    unrolled<Rows * Columns>([&](size_t i) FORETOKEN_INLINE_LAMBDA { sums[i / Columns][i % Columns] = zero(); });
    if (in.begun) {
        unrolled<Rows * Columns>(
            [&](size_t i) FORETOKEN_INLINE_LAMBDA { sums[i / Columns][i % Columns] = load(in.begun + i * kLanes); });
    }
    constexpr size_t step = kElements<Weight>;
    const size_t stride = in.weight_stride;
    const Weight * weights = in.weights;
    const Activation<Weight> * packed = in.packed;
    const char * ahead = in.ahead;
    for (const Weight * const end = weights + in.inner / kStep<Weight> * step; weights != end; weights += step) {
        if constexpr (Parts > 0) {
            constexpr size_t ahead_bytes = Rows * step * sizeof(Weight) / Parts;
            for (size_t bytes = 0; bytes < ahead_bytes; bytes += kCacheLine) {
                prefetch(ahead + bytes);
            }
            ahead += ahead_bytes;
        }
        add_step(sums, weights, stride, packed, std::make_index_sequence<kStep<Weight> / kFactors<Weight>>());
        packed += kStep<Weight> * Columns;
    }
    const size_t left = in.inner % kStep<Weight>;
    for (size_t vector = 0; vector < left / kFactors<Weight>; vector++) {
        add_products(sums, weights, stride, packed + vector * kFactors<Weight> * Columns,
                     [vector](const Weight * row) { return Factors<Weight>::load(row, vector); });
    }
    if constexpr (kValues<Weight> == 1) {
        const size_t whole = left / kFactors<Weight> * kFactors<Weight>;
        if (left > whole) {
            add_products(sums, weights, stride, packed + whole * Columns, [=](const Weight * row) {
                return Factors<Weight>::load(filled<kFactors<Weight>>(row + whole, left - whole).data(), 0);
            });
        }
    }
    if (in.unfinished) {
        unrolled<Rows * Columns>([&](size_t i) FORETOKEN_INLINE_LAMBDA {
            store(in.unfinished + i * kLanes, sums[i / Columns][i % Columns]);
        });
        return;
    }
    unrolled<Columns>([&](size_t c)
                          FORETOKEN_INLINE_LAMBDA { store_sums(sums, c, in.results + c * in.result_stride); });
}

/** Whether pages further ahead are touched, for their addresses to be translated in time: pairs come that fast. */
template <typename Weight> constexpr bool kTouchesPages = kFactors<Weight> > kLanes;

/** The widest tile of so many rows that tile_shape() asks for; where rows are left over, of one row. */
template <size_t Rows> constexpr size_t kMostColumns = kRegisters == 32 ? 6 : Rows == 4 ? 3 : Rows == 3 ? 4 : 5;

/** The least columns of a tile that shares requests. */
template <size_t Rows> constexpr size_t kLeastRequesting = kMostColumns<Rows> / 2;

/** At most so many tiles share the requests of a turn: four, each a cache line or more. */
template <size_t Rows, typename Weight> constexpr size_t kMostRequesting = std::clamp(
    Rows * kElements<Weight> * sizeof(Weight) / kCacheLine, size_t{1}, kManyTiles<Rows> ? size_t{4} : size_t{1});

/** tile() for a number of columns known only now, of those that share requests at least kLeastRequesting. */
template <size_t Rows, size_t Parts = 0, size_t Columns = kMostColumns<Rows>, typename Weight>
void tile_of(size_t columns, const Operands<Weight> & in) {
    if constexpr (Columns > (Parts > 1 ? kLeastRequesting<Rows> : 1)) {
        if (columns < Columns) {
            return tile_of<Rows, Parts, Columns - 1>(columns, in);
        }
    }
    tile<Rows, Columns, Parts>(in);
}

/** tile_of() for a number of parts known only now. */
template <size_t Rows, size_t Parts, typename Weight>
void requesting_tile(size_t parts, size_t columns, const Operands<Weight> & in) {
    if constexpr (Parts > 1) {
        if (parts < Parts) {
            return requesting_tile<Rows, Parts - 1>(parts, columns, in);
        }
    }
    tile_of<Rows, Parts>(columns, in);
}

/**
 * Up to kBlock columns: Rows weight rows at a time meet all columns before the next rows are read. Those are requested
 * meanwhile in the order of addresses, by several tiles in equal parts: as fast as one computes, memory does not
 * deliver.
 */
template <size_t Rows, typename Weight>
void multiply_block(Operands<Weight> in, size_t rows, size_t columns, size_t tile_columns) {
    const Activation<Weight> * const packed = in.packed;
    float * const results = in.results;
    const size_t column_values = packed_values<Weight>(in.inner);
    const size_t tile_bytes = Rows * in.weight_stride * sizeof(Weight);
    constexpr size_t most_requesting = kMostRequesting<Rows, Weight>;
    const size_t wide_tiles = columns / tile_columns + (columns % tile_columns >= kLeastRequesting<Rows> ? 1 : 0);
    const size_t requesting = std::min(most_requesting, wide_tiles);
    for (size_t row = 0; row < rows;) {
        const bool full = rows - row >= Rows;
        const char * const next = reinterpret_cast<const char *>(in.weights) + std::max(tile_bytes, kNearest);
        if constexpr (kTouchesPages<Weight>) {
            for (size_t page = 0; page < tile_bytes; page += kPage) {
                prefetch(next + tile_bytes + page);
            }
        }
        for (size_t tile = 0; tile * tile_columns < columns; tile++) {
            const size_t column = tile * tile_columns;
            const size_t width = std::min(tile_columns, columns - column);
            in.packed = packed + column * column_values;
            in.results = results + column * in.result_stride + row;
            in.ahead = next + tile * tile_bytes / requesting;
            if (!full) {
                tile_of<1>(width, in);
            } else if (tile < requesting) {
                requesting_tile<Rows, most_requesting>(requesting, width, in);
            } else {
                tile_of<Rows>(width, in);
            }
        }
        row += full ? Rows : 1;
        in.weights += (full ? Rows : 1) * in.weight_stride;
    }
}

/** The same where there is more than kMostCached. Nothing is requested ahead: it made no difference. */
template <size_t Rows, typename Weight>
void multiply_panels(const Operands<Weight> & all, size_t rows, size_t columns, size_t tile_columns) {
    alignas(64) float sums[kPanelRows * kBlock * kLanes];
    Operands<Weight> in = all;
    const auto multiply_panel = [&](size_t first_row, size_t slice) {
        const size_t end = std::min(first_row + kPanelRows, rows);
        for (size_t column = 0; column < columns; column += tile_columns) {
            const size_t width = std::min(tile_columns, columns - column);
            in.packed = all.packed + column * packed_values<Weight>(all.inner) + slice * width;
            for (size_t row = first_row; row < end;) {
                const size_t height = end - row >= Rows ? Rows : 1;
                float * const carried = sums + ((row - first_row) * columns + column * height) * kLanes;
                in.weights = all.weights + row * all.weight_stride + slice / kValues<Weight>;
                in.results = all.results + column * all.result_stride + row;
                in.begun = slice > 0 ? carried : nullptr;
                in.unfinished = slice + in.inner < all.inner ? carried : nullptr;
                height == Rows ? tile_of<Rows>(width, in) : tile_of<1>(width, in);
                row += height;
            }
        }
    };
    for (size_t row = 0; row < rows; row += kPanelRows) {
        for (size_t slice = 0; slice < all.inner; slice += kSlice) {
            in.inner = std::min(kSlice, all.inner - slice);
            multiply_panel(row, slice);
        }
    }
}

/** A share's first weight row, in units that every tile divides. */
size_t first_row(size_t rows, size_t index, size_t count) {
    constexpr size_t unit = 12;
    return std::min(rows, (rows + unit - 1) / unit * index / count * unit);
}

template <typename Weight>
void multiply_rows(const Weights & weights, const void * packed, float * results, Columns columns, Share share) {
    const Activation<Weight> * const activations = static_cast<const Activation<Weight> *>(packed);
    const size_t column_values = packed_values<Weight>(weights.inner);
    const size_t begin = first_row(weights.rows, share.index, share.count);
    const size_t end = first_row(weights.rows, share.index + 1, share.count);
    const size_t stride = weights.row_bytes / sizeof(Weight);
    const size_t result_stride = columns.column_bytes / sizeof(float);
    for (size_t column = 0; column < columns.count; column += kBlock) {
        const size_t count = std::min(kBlock, columns.count - column);
        const Operands<Weight> in = {static_cast<const Weight *>(weights.data) + begin * stride,
                                     stride,
                                     weights.inner,
                                     activations + column * column_values,
                                     nullptr,
                                     results + column * result_stride + begin,
                                     result_stride};
        const TileShape shape = tile_shape(count);
        if (count > shape.columns && count * column_values * sizeof(Activation<Weight>) > kMostCached) {
            multiply_panels<tile_shape(kBlock).rows>(in, end - begin, count, shape.columns);
        } else if (kRegisters == 32 || shape.rows == 4) {
            multiply_block<4>(in, end - begin, count, shape.columns);
        } else if constexpr (kRegisters == 16) {
            shape.rows == 2 ? multiply_block<2>(in, end - begin, count, shape.columns)
                            : multiply_block<3>(in, end - begin, count, shape.columns);
        }
    }
}

template <typename Weight>
void pack_columns(const Weights & weights, const float * activations, Columns columns, void * packed, Share share) {
    constexpr size_t factors = kFactors<Weight>;
    const size_t vectors = packed_values<Weight>(weights.inner) / factors;
    const size_t begin = vectors * share.index / share.count;
    const size_t end = vectors * (share.index + 1) / share.count;
    const size_t stride = columns.column_bytes / sizeof(float);
    for (size_t block = 0; block < columns.count; block += kBlock) {
        const size_t count = std::min(kBlock, columns.count - block);
        const size_t tile_columns = tile_shape(count).columns;
        for (size_t column = 0; column < count; column++) {
            const size_t first = column / tile_columns * tile_columns;
            const size_t width = std::min(tile_columns, count - first);
            Activation<Weight> * out =
                static_cast<Activation<Weight> *>(packed) + ((block + first) * vectors + (column - first)) * factors;
            const float * values = activations + (block + column) * stride;
            for (size_t v = begin; v < end; v++) {
                for (size_t i = 0; i < factors; i += kLanes) {
                    const size_t at = v * factors + i;
                    const Vector loaded = weights.inner >= at + kLanes
                                              ? load(values + at)
                                              : load_partly(values + at, weights.inner - std::min(weights.inner, at));
                    store(out + v * width * factors + i, rounded<Weight>(loaded));
                }
            }
        }
    }
}

/** f(Weight()) of what such weights are in memory and beside so many activations. */
template <typename F> auto with_weight(WeightType type, size_t activations, F f) {
    switch (type) {
    case WeightType::float32: return f(float());
    case WeightType::float16:
        if constexpr (!std::is_same_v<Activation<Float16>, float>) {
            if (activations * sizeof(float) <= kFew) {
                return f(Float16BesideFew());
            }
        }
        return f(Float16());
    case WeightType::bfloat16: return f(BFloat16());
    case WeightType::q8_0: break;
    }
    return f(BlockQ8());
}

}  // namespace

const char * instructions() {
    return kInstructions;
}

bool by_matrix_units(WeightType type) {
    return amx::serves(type);
}

bool flushes_subnormals(WeightType type) {
    return amx::serves(type) || (type == WeightType::bfloat16 && kFactors<BFloat16> > kLanes);
}

size_t packed_bytes(WeightType type, size_t inner, size_t columns) {
    if (amx::serves(type)) {
        return amx::packed_bytes(type, inner, columns);
    }
    return with_weight(type, inner * columns, [&](auto weight) {
        using Weight = decltype(weight);
        return packed_values<Weight>(inner) * columns * sizeof(Activation<Weight>);
    });
}

void pack(const Weights & weights, const float * activations, Columns columns, void * packed, Share share) {
    if (amx::serves(weights.type)) {
        return amx::pack(weights, activations, columns, packed, share);
    }
    with_weight(weights.type, weights.inner * columns.count,
                [&](auto weight) { pack_columns<decltype(weight)>(weights, activations, columns, packed, share); });
}

void multiply(const Weights & weights, const void * packed, float * results, Columns columns, Share share) {
    if (amx::serves(weights.type)) {
        return amx::multiply(weights, packed, results, columns, share);
    }
    with_weight(weights.type, weights.inner * columns.count,
                [&](auto weight) { multiply_rows<decltype(weight)>(weights, packed, results, columns, share); });
}

}  // namespace foretoken::kernels
