#include "matmul-amx.h"

#include "vector.h"

// GCC needs no -mamx-bf16, which llama.cpp's module for these processors is compiled without; Clang does.
#if defined(__linux__) && defined(__AMX_TILE__) && defined(__AVX512BW__) &&                                            \
    (defined(__AMX_BF16__) || !defined(__clang__))
#define FORETOKEN_AMX
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#endif

namespace foretoken::kernels::amx {
#ifdef FORETOKEN_AMX
namespace {

/** Rows and columns of a tile of sums. */
constexpr size_t kTile = 16;
constexpr size_t kTileFloats = kTile * kTile;

/** Inner values that one instruction multiplies and adds: pairs in each of a tile's rows. */
constexpr size_t kStep = 32;

/** bfloat16s that a value is the sum of. */
template <typename Weight> constexpr size_t kParts = 1;
template <> inline constexpr size_t kParts<Float16> = 2;

/** Steps that are split before they meet kMostGroups tiles of columns, where there are more than two. */
constexpr size_t kChunk = 16;

/** Tiles of columns that share one reading of the weights. */
constexpr size_t kMostGroups = 4;

// Tile registers, which the compiler wants as numbers: 0…3 sums of [part of activations][group], 4 and 5 the parts of
// weights, 6 and 7 activations.

/** Columns in tiles of equal width: one of them, or an even number. A narrow one holds both parts, side by side. */
struct Groups {
    size_t count;
    size_t width;

    explicit Groups(size_t columns)
        : count(columns == 0       ? 0
                : columns <= kTile ? 1
                                   : (columns + 2 * kTile - 1) / (2 * kTile) * 2),
          width(count == 0 ? 0 : (columns + count - 1) / count) {}

    template <size_t Parts> bool has_both_in_one() const { return Parts == 2 && width <= kTile / 2; }
};

size_t steps_of(size_t inner) {
    return (inner + kStep - 1) / kStep;
}

/** Tiles' memory is read and written behind the compiler's back. */
void settle_memory() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

/** What ldtilecfg reads. */
struct alignas(64) Configuration {
    uint8_t palette = 0;
    uint8_t start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};
};

/** Tiles of this thread for sums of so many columns. They stay so, but a configuration of ggml's is put back. */
class ConfiguredTiles {
public:
    explicit ConfiguredTiles(size_t columns) {
        Configuration wanted;
        wanted.palette = 1;
        for (size_t tile = 0; tile < 8; tile++) {
            const bool holds_weights = tile == 4 || tile == 5;
            wanted.rows[tile] = kTile;
            wanted.row_bytes[tile] = static_cast<uint16_t>(4 * (holds_weights ? kTile : columns));
        }
        _tile_storeconfig(&before_);
        settle_memory();
        if (std::memcmp(&wanted, &before_, sizeof wanted) != 0) {
            load(wanted);
        }
    }
    ~ConfiguredTiles() {
        const bool ours_or_none = before_.palette == 0 || before_.rows[0] == kTile;
        if (!ours_or_none) {
            load(before_);
        }
    }
    ConfiguredTiles(const ConfiguredTiles &) = delete;
    ConfiguredTiles & operator=(const ConfiguredTiles &) = delete;

private:
    // A function of its own: the compiler does not know that the instruction reads more than a pointer's size.
    __attribute__((noinline)) static void load(const Configuration & configuration) {
        _tile_loadconfig(&configuration);
        settle_memory();
    }

    Configuration before_;
};

/** 0, stride, 2·stride, …: where the rows of a tile's column lie. */
FORETOKEN_INLINE __m512i places_of_rows(size_t stride) {
    const __m512i rows = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return _mm512_mullo_epi32(rows, _mm512_set1_epi32(static_cast<int>(stride)));
}

/** The upper halves of 32 floats: pairs of one of the first with one of the second. */
FORETOKEN_INLINE __m512i upper_halves(Vector first, Vector second) {
    // Into the lower bytes of each second: within 128 bits, bytes 2 and 3 of each four of the first.
    constexpr __mmask64 lower = 0x3333333333333333U;
    const __m512i from = _mm512_set4_epi32(0x0f0e, 0x0b0a, 0x0706, 0x0302);
    return _mm512_mask_shuffle_epi8(_mm512_castps_si512(second), lower, _mm512_castps_si512(first), from);
}

/** What the upper half of each float leaves. */
FORETOKEN_INLINE Vector lower_part(Vector v) {
    const __m512i upper = _mm512_and_si512(_mm512_castps_si512(v), _mm512_set1_epi32(static_cast<int>(0xffff0000U)));
    return _mm512_sub_ps(v, _mm512_castsi512_ps(upper));
}

/** The values of one step. */
struct StepVectors {
    Vector first;
    Vector second;
};

template <typename Value> FORETOKEN_INLINE StepVectors load_step(const Value * values) {
    return {load(values), load(values + kLanes)};
}

/** `count` ≤ kStep values with zeros behind. */
template <typename Value> StepVectors load_filled(const Value * values, size_t count) {
    return load_step(filled<kStep>(values, count).data());
}

/** The parts of a step's values, `stride` apart. */
template <size_t Parts> FORETOKEN_INLINE void split(const StepVectors & step, uint16_t * out, size_t stride) {
    _mm512_store_si512(out, upper_halves(step.first, step.second));
    if constexpr (Parts == 2) {
        _mm512_store_si512(out + stride, upper_halves(lower_part(step.first), lower_part(step.second)));
    }
}

/** Split weights of one step. */
struct alignas(64) SplitStep {
    uint16_t values[2][kTile * kStep];  // [part]
};

/** A tile of sums. */
struct alignas(64) Sums {
    float values[kTileFloats];
};

/** Up to kTile weight rows, the last of them in place of those that are missing. */
template <typename Weight> struct Panel {
    const Weight * rows[kTile];
    size_t present;
    size_t inner;

    Panel(const Weights & weights, size_t first, size_t end)
        : present(std::min(kTile, end - first)), inner(weights.inner) {
        const size_t stride = weights.row_bytes / sizeof(Weight);
        const Weight * const begin = static_cast<const Weight *>(weights.data) + first * stride;
        for (size_t row = 0; row < kTile; row++) {
            rows[row] = begin + std::min(row, present - 1) * stride;
        }
    }

    FORETOKEN_INLINE void split_step(size_t step, uint16_t (&out)[2][kTile * kStep]) const {
        const size_t at = step * kStep;
        const size_t left = inner - at;
        left >= kStep ? split_rows(out, [&](size_t row) { return load_step(rows[row] + at); })
                      : split_rows(out, [&](size_t row) { return load_filled(rows[row] + at, left); });
        settle_memory();
    }

private:
    template <typename Load> FORETOKEN_INLINE static void split_rows(uint16_t (&out)[2][kTile * kStep], Load load_row) {
#pragma GCC unroll 16
        for (size_t row = 0; row < kTile; row++) {
            split<kParts<Weight>>(load_row(row), out[0] + row * kStep, kTile * kStep);
        }
    }
};

FORETOKEN_INLINE void clear_sums() {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

FORETOKEN_INLINE void load_sums(const Sums (&sums)[4]) {
    _tile_loadd(0, sums[0].values, 64);
    _tile_loadd(1, sums[1].values, 64);
    _tile_loadd(2, sums[2].values, 64);
    _tile_loadd(3, sums[3].values, 64);
}

/** How many columns a step's products are added for. */
enum class Width { both_parts_in_a_tile, tile, two_tiles };

/** Adds the products of one step; each group's activations are [part][kTile pairs][width], `stride` apart. */
template <size_t Parts, Width columns>
FORETOKEN_INLINE void add_products(const SplitStep & weights, const uint32_t * pairs, size_t width, size_t stride) {
    const size_t row_bytes = width * sizeof *pairs;
    const uint32_t * const other = pairs + kTile * width;
    _tile_loadd(4, weights.values[0], 64);
    if constexpr (Parts == 2) {
        _tile_loadd(5, weights.values[1], 64);
    }
    if constexpr (columns == Width::both_parts_in_a_tile) {
        _tile_loadd(6, pairs, 2 * row_bytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(0, 5, 6);
    } else if constexpr (columns == Width::tile) {
        _tile_loadd(6, pairs, row_bytes);
        _tile_dpbf16ps(0, 4, 6);
        if constexpr (Parts == 2) {
            _tile_loadd(7, other, row_bytes);
            _tile_dpbf16ps(2, 4, 7);
            _tile_dpbf16ps(0, 5, 6);
            _tile_dpbf16ps(2, 5, 7);
        }
    } else {
        _tile_loadd(6, pairs, row_bytes);
        _tile_loadd(7, pairs + stride, row_bytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        if constexpr (Parts == 2) {
            _tile_dpbf16ps(0, 5, 6);
            _tile_dpbf16ps(1, 5, 7);
            _tile_loadd(6, other, row_bytes);
            _tile_loadd(7, other + stride, row_bytes);
            _tile_dpbf16ps(2, 4, 6);
            _tile_dpbf16ps(3, 4, 7);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
}

template <size_t Parts, Width columns> FORETOKEN_INLINE void store_sums(Sums (&sums)[4]) {
    _tile_stored(0, sums[0].values, 64);
    if constexpr (columns == Width::two_tiles) {
        _tile_stored(1, sums[1].values, 64);
    }
    if constexpr (Parts == 2 && columns != Width::both_parts_in_a_tile) {
        _tile_stored(2, sums[2].values, 64);
    }
    if constexpr (Parts == 2 && columns == Width::two_tiles) {
        _tile_stored(3, sums[3].values, 64);
    }
    settle_memory();
}

/** Swaps lanes and vectors: in turn blocks of 1, 2, 4 and 8. */
FORETOKEN_INLINE void transpose(Vector (&rows)[kTile]) {
    for (size_t block = 1; block < kTile; block *= 2) {
        alignas(64) int32_t upper[kTile];
        alignas(64) int32_t lower[kTile];
        for (size_t lane = 0; lane < kTile; lane++) {
            upper[lane] = static_cast<int32_t>(lane & block ? kTile + lane - block : lane);
            lower[lane] = static_cast<int32_t>(lane & block ? kTile + lane : lane + block);
        }
        for (size_t row = 0; row < kTile; row++) {
            if ((row & block) == 0) {
                const Vector a = rows[row];
                const Vector b = rows[row + block];
                rows[row] = _mm512_permutex2var_ps(a, _mm512_load_si512(upper), b);
                rows[row + block] = _mm512_permutex2var_ps(a, _mm512_load_si512(lower), b);
            }
        }
    }
}

/** Where a group's sums go: the first weight row of each of its columns. */
struct Results {
    float * values;
    size_t stride;  // floats from one column to the next
    size_t rows;
    size_t columns;

    /** Of a group that begins at `column`; not all of its columns may be there, or none. */
    Results from(size_t column, size_t width) const {
        return {values + column * stride, stride, rows, column < columns ? std::min(width, columns - column) : 0};
    }
};

/** A column of a tile of sums. */
FORETOKEN_INLINE Vector column_of(const Sums & sums, size_t column) {
    return _mm512_i32gather_ps(places_of_rows(kTile), sums.values + column, sizeof(float));
}

/** Of one group: its sums are in the first, and with the other part of activations in the third. */
template <size_t Parts> void store_results(const Sums * sums, const Groups & groups, const Results & out) {
    constexpr size_t few = 4;  // columns, which are sooner gathered than all swapped
    const bool both_in_one = groups.has_both_in_one<Parts>();
    const __mmask16 present = static_cast<__mmask16>((1U << out.rows) - 1);
    if (both_in_one && out.columns <= few) {
        for (size_t column = 0; column < out.columns; column++) {
            const Vector sum = add(column_of(sums[0], column), column_of(sums[0], groups.width + column));
            _mm512_mask_storeu_ps(out.values + column * out.stride, present, sum);
        }
        return;
    }
    Vector rows[kTile];
    for (size_t row = 0; row < kTile; row++) {
        rows[row] = load(sums[0].values + row * kTile);
        if (Parts == 2 && !both_in_one) {
            rows[row] = add(rows[row], load(sums[2].values + row * kTile));
        }
    }
    transpose(rows);
    for (size_t column = 0; column < out.columns; column++) {
        const Vector sum = both_in_one ? add(rows[column], rows[groups.width + column]) : rows[column];
        _mm512_mask_storeu_ps(out.values + column * out.stride, present, sum);
    }
}

/** What all panels of a product meet: up to kMostGroups groups of columns. */
struct Activations {
    const uint32_t * pairs;  // [group][step][part][kTile pairs][width]
    Groups groups;
    size_t steps;
};

/** One or two groups: their sums stay in registers. */
template <Width columns, typename Weight>
void multiply_narrow(const Panel<Weight> & panel, const Activations & in, const Results & out) {
    constexpr size_t parts = kParts<Weight>;
    const size_t width = in.groups.width;
    const size_t step_pairs = parts * kTile * width;
    alignas(4096) SplitStep split;  // measured: docs/adr/0018
    clear_sums();
    for (size_t step = 0; step < in.steps; step++) {
        panel.split_step(step, split.values);
        add_products<parts, columns>(split, in.pairs + step * step_pairs, width, in.steps * step_pairs);
    }
    Sums sums[4];
    store_sums<parts, columns>(sums);
    for (size_t group = 0; group < in.groups.count; group++) {
        store_results<parts>(sums + group, in.groups, out.from(group * width, width));
    }
}

/** More, in an even number: each two of them meet kChunk split steps before the next are split. */
template <typename Weight>
void multiply_wide(const Panel<Weight> & panel, const Activations & in, const Results & out) {
    constexpr size_t parts = kParts<Weight>;
    const size_t width = in.groups.width;
    const size_t step_pairs = parts * kTile * width;
    SplitStep split[kChunk];
    Sums sums[kMostGroups / 2][4];
    for (size_t begin = 0; begin < in.steps; begin += kChunk) {
        const size_t end = std::min(begin + kChunk, in.steps);
        for (size_t step = begin; step < end; step++) {
            panel.split_step(step, split[step - begin].values);
        }
        for (size_t two = 0; two < in.groups.count / 2; two++) {
            begin == 0 ? clear_sums() : load_sums(sums[two]);
            for (size_t step = begin; step < end; step++) {
                add_products<parts, Width::two_tiles>(split[step - begin],
                                                      in.pairs + (2 * two * in.steps + step) * step_pairs, width,
                                                      in.steps * step_pairs);
            }
            store_sums<parts, Width::two_tiles>(sums[two]);
        }
    }
    for (size_t group = 0; group < in.groups.count; group++) {
        store_results<parts>(sums[group / 2] + group % 2, in.groups, out.from(group * width, width));
    }
}

template <typename Weight>
void multiply_panel(const Panel<Weight> & panel, const Activations & in, const Results & out) {
    if constexpr (kParts<Weight> == 2) {
        if (in.groups.has_both_in_one<2>()) {
            return multiply_narrow<Width::both_parts_in_a_tile>(panel, in, out);
        }
    }
    switch (in.groups.count) {
    case 1: return multiply_narrow<Width::tile>(panel, in, out);
    case 2: return multiply_narrow<Width::two_tiles>(panel, in, out);
    default: return multiply_wide(panel, in, out);
    }
}

template <typename Weight>
void multiply_rows(const Weights & weights, const uint32_t * packed, float * results, Columns columns, Share share) {
    const size_t rows_of_tiles = (weights.rows + kTile - 1) / kTile;
    const size_t begin = std::min(weights.rows, rows_of_tiles * share.index / share.count * kTile);
    const size_t end = std::min(weights.rows, rows_of_tiles * (share.index + 1) / share.count * kTile);
    const size_t stride = columns.column_bytes / sizeof(float);
    const size_t steps = steps_of(weights.inner);
    const Groups all(columns.count);
    if (all.count == 0) {
        return;
    }
    const ConfiguredTiles tiles(all.has_both_in_one<kParts<Weight>>() ? 2 * all.width : all.width);
    for (size_t group = 0; group < all.count; group += kMostGroups) {
        Activations in = {packed + group * steps * kParts<Weight> * kTile * all.width, all, steps};
        in.groups.count = std::min(kMostGroups, all.count - group);
        const size_t column = group * all.width;
        for (size_t row = begin; row < end; row += kTile) {
            const Panel<Weight> panel(weights, row, end);
            multiply_panel(panel, in, {results + column * stride + row, stride, panel.present, columns.count - column});
        }
    }
}

template <typename Weight>
void pack_columns(size_t inner, const float * activations, Columns columns, uint32_t * packed, Share share) {
    constexpr size_t parts = kParts<Weight>;
    const Groups groups(columns.count);
    const size_t steps = steps_of(inner);
    const size_t begin = steps * share.index / share.count;
    const size_t end = steps * (share.index + 1) / share.count;
    const size_t width = groups.width;
    const bool both_in_one = groups.has_both_in_one<parts>();
    const size_t part_stride = both_in_one ? width : kTile * width;
    const __m512i places = places_of_rows(both_in_one ? 2 * width : width);
    for (size_t column = 0; column < groups.count * width; column++) {
        const float * values = activations + column * (columns.column_bytes / sizeof(float));
        uint32_t * out = packed + column / width * steps * parts * kTile * width + column % width;
        for (size_t step = begin; step < end; step++) {
            const StepVectors v =
                load_filled(values + step * kStep, column < columns.count ? std::min(kStep, inner - step * kStep) : 0);
            alignas(64) uint16_t pairs[2][kStep];
            split<parts>({rounded<Weight>(v.first), rounded<Weight>(v.second)}, pairs[0], kStep);
            for (size_t part = 0; part < parts; part++) {
                _mm512_i32scatter_epi32(out + step * parts * kTile * width + part * part_stride, places,
                                        _mm512_load_si512(pairs[part]), sizeof *out);
            }
        }
    }
}

/** Linux gives tiles to a process that asks for them. */
bool may_use_tiles() {
    constexpr int request_permission = 0x1023;
    constexpr int tile_data = 18;
    constexpr unsigned needed = 1U << 24 | 1U << 22;  // AMX-TILE, AMX-BF16
    unsigned a;
    unsigned b;
    unsigned c;
    unsigned d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & needed) == needed &&
           syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

bool serves(WeightType type) {
    static const bool usable = may_use_tiles();
    return usable && (type == WeightType::float16 || type == WeightType::bfloat16);
}

size_t packed_bytes(WeightType type, size_t inner, size_t columns) {
    const Groups groups(columns);
    const size_t parts = type == WeightType::float16 ? kParts<Float16> : kParts<BFloat16>;
    return groups.count * groups.width * steps_of(inner) * parts * kTile * sizeof(uint32_t);
}

void pack(const Weights & weights, const float * activations, Columns columns, void * packed, Share share) {
    uint32_t * const words = static_cast<uint32_t *>(packed);
    weights.type == WeightType::float16 ? pack_columns<Float16>(weights.inner, activations, columns, words, share)
                                        : pack_columns<BFloat16>(weights.inner, activations, columns, words, share);
}

void multiply(const Weights & weights, const void * packed, float * results, Columns columns, Share share) {
    const uint32_t * const words = static_cast<const uint32_t *>(packed);
    weights.type == WeightType::float16 ? multiply_rows<Float16>(weights, words, results, columns, share)
                                        : multiply_rows<BFloat16>(weights, words, results, columns, share);
}

#else

bool serves(WeightType) {
    return false;
}

size_t packed_bytes(WeightType, size_t, size_t) {
    return 0;
}

void pack(const Weights &, const float *, Columns, void *, Share) {}

void multiply(const Weights &, const void *, float *, Columns, Share) {}

#endif

}  // namespace foretoken::kernels::amx
