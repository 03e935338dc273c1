// The products of matmul.h by x86-64's matrix units (AMX), which multiply tiles of bfloat16s and add up floats.
//
// A half is exactly the sum of two bfloat16s: its first eight significant bits, and the other three. So the product of
// two halves is the sum of four products of bfloat16s, none of which is rounded. A bfloat16 is itself; where it or a
// sum is subnormal, the units take it for zero.
//
// Order of a sum: 32 inner values at a time, as the units add them: first parts of weights, then the others, into one
// sum for each part of the activations; then first + other. An infinite half counts as NaN.
//
// Speed: 16 weight rows are split step by step, as they come from memory, into tiles in the first cache, which meet up
// to 32 columns whose sums are in registers; up to 8 columns are one tile with both their parts. Wider products take
// the split tiles of several steps for up to 64 columns, and keep unfinished sums meanwhile. See docs/adr/0018.
#pragma once

#include "matmul.h"

namespace foretoken::kernels::amx {

/** Whether this processor, its system and this build have units for such weights. */
bool serves(WeightType type);

/** As in matmul.h, for weights that are served. */
size_t packed_bytes(WeightType type, size_t inner, size_t columns);
void pack(const Weights & weights, const float * activations, Columns columns, void * packed, Share share);
void multiply(const Weights & weights, const void * packed, float * results, Columns columns, Share share);

}  // namespace foretoken::kernels::amx
