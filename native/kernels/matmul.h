// Weights × activations where every element of the result is summed in one order, whatever else is computed beside it:
// element (row, column) depends on that weight row and that column alone, bit for bit, not on the number of columns,
// its place among them, or the number of threads. So a batch that verifies n tokens computes what n single passes
// would.
//
// Quantised weights are what they stand for, scale × integer, which float holds exactly.
//
// Halves and bfloat16s go to the processor's matrix units where it has such (matmul-amx.h), whose order is another.
//
// Order of a sum elsewhere: lane l of kLanes adds the products l, l + kLanes, l + 2·kLanes, … in turn (fused
// multiply-add where the processor has it), then sum_of_lanes. A last incomplete vector is filled up with zeros. Where
// one instruction multiplies pairs of bfloat16s, lane l adds the pairs l, l + kLanes, … in turn.
//
// Speed: weights come from memory once for 32 columns. A tile of a few weight rows and columns lives in registers; its
// weights stay in the first cache while the tile's row goes over all columns, and the next rows are requested
// meanwhile. Activations that do not fit into the second cache are read slice by slice instead, each for several rows
// of tiles, whose unfinished sums are kept. See docs/adr/0006.
#pragma once

#include <cstddef>
#include <cstdint>

namespace foretoken::kernels {

enum class WeightType { float32, float16, bfloat16, q8_0 };

/** Weights, row-major: `rows` rows of `inner` values, `row_bytes` apart; q8_0 in blocks of 32, which divides `inner`.
 */
struct Weights {
    WeightType type;
    const void * data;
    size_t rows;
    size_t inner;
    size_t row_bytes;
};

/** Columns of floats, `column_bytes` apart: activations have `inner` values each, results `rows`. */
struct Columns {
    size_t count;
    size_t column_bytes;
};

/** Part `index` of `count` parts of some work. */
struct Share {
    size_t index;
    size_t count;
};

/** "avx512-bf16", "avx512", "avx2", "neon" or "plain": what this file was compiled for. */
const char * instructions();

/** Whether matrix units multiply such weights here. */
bool by_matrix_units(WeightType type);

/** Whether subnormal weights and activations of that type, and sums, may count as zero here. */
bool flushes_subnormals(WeightType type);

/** Bytes of the packed activations of `columns` columns. More columns may take fewer bytes. */
size_t packed_bytes(WeightType type, size_t inner, size_t columns);

/**
 * First half of a product: a share of the activations, rounded to the weights' type as llama.cpp rounds them (for
 * q8_0 not rounded), goes to `packed`, of packed_bytes(). All shares must be done before any multiply().
 */
void pack(const Weights & weights, const float * activations, Columns columns, void * packed, Share share);

/** Second half: results of a share of the weight rows, which lie together. */
void multiply(const Weights & weights, const void * packed, float * results, Columns columns, Share share);

}  // namespace foretoken::kernels
