// Attention of a few query rows over the cells that each of them sees. The result of a row depends on its query and on
// the keys and values of its cells in their order, bit for bit: not on the rows beside it, on cells it does not see, or
// on where its cells lie.
//
// Order of sums: a score is summed as matmul.h sums; the weights exp(score − largest) are added lane by lane, then
// sum_of_lanes; each element of the result adds weight × value cell after cell. Queries are rounded to the keys' type,
// as llama.cpp rounds them; all sums are float.
//
// Speed: rows of a tile that see the same cells, like those of one sequence but for the last few, read them once.
#pragma once

#include <cstddef>
#include <cstdint>

namespace foretoken::kernels {

enum class CellType { float32, float16, bfloat16 };

/** The keys, or the values, of one head: `size` numbers for each cell, cells `cell_bytes` apart. */
struct Cells {
    CellType type;
    const void * data;
    size_t cell_bytes;
    size_t size;
};

/** Cells that a row sees, in order. */
struct Sight {
    const int32_t * cells;
    size_t count;
    /** Added to each score; null: nothing is. */
    const float * bias;
};

/** One row of one head: `query` has the keys' size, `result` the values'. */
struct AttentionRow {
    const float * query;
    Sight sight;
    float * result;
};

/** Rows of a tile at most. */
size_t attention_tile();

/** Floats of scratch for a tile whose rows see at most `cells` cells. */
size_t attention_scratch_floats(size_t key_size, size_t value_size, size_t cells);

/**
 * What a row with this mask sees: cells whose mask (IEEE binary16) is not −∞. `cells` and `bias` are as long as the
 * mask; null is no mask.
 */
Sight find_sight(const uint16_t * mask, size_t count, int32_t * cells, float * bias);

/** Results of up to attention_tile() rows over the same head's cells. A row that sees nothing gets zeros. */
void attend(const Cells & keys, const Cells & values, float scale, const AttentionRow * rows, size_t count,
            float * scratch);

}  // namespace foretoken::kernels
