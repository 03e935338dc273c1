#include "ggml-attention.h"

#include <algorithm>
#include <cstring>

#include "attention.h"
#include "ggml-cpu-impl.h"
#include "ggml.h"

namespace {

using namespace foretoken::kernels;

constexpr size_t kMostRows = 8;

/** The node's sources by name. */
struct Attention {
    const ggml_tensor * node;
    const ggml_tensor * query = node->src[0];   // [key size, rows, heads, batches]
    const ggml_tensor * keys = node->src[1];    // [key size, cells, heads of cells, batches]
    const ggml_tensor * values = node->src[2];  // [value size, cells, heads of cells, batches]
    const ggml_tensor * mask = node->src[3];    // [cells, rows, 1, batches], or null

    size_t cells() const { return static_cast<size_t>(keys->ne[1]); }
    float parameter(int index) const {
        float value;
        std::memcpy(&value, &node->op_params[index], sizeof value);
        return value;
    }
};

bool cell_type(ggml_type type, CellType & result) {
    switch (type) {
    case GGML_TYPE_F32: result = CellType::float32; return true;
    case GGML_TYPE_F16: result = CellType::float16; return true;
    case GGML_TYPE_BF16: result = CellType::bfloat16; return true;
    default: return false;
    }
}

bool is_ours(const Attention & in) {
    const bool plain = in.node->src[4] == nullptr && in.parameter(1) == 0.0F && in.parameter(2) == 0.0F;
    CellType type;
    return plain && in.query->type == GGML_TYPE_F32 && in.query->nb[0] == sizeof(float) &&
           in.node->type == GGML_TYPE_F32 && cell_type(in.keys->type, type) && cell_type(in.values->type, type) &&
           in.keys->nb[0] == ggml_type_size(in.keys->type) && in.values->nb[0] == ggml_type_size(in.values->type) &&
           in.keys->ne[2] == in.values->ne[2] && in.keys->ne[3] == in.values->ne[3] &&
           (in.mask == nullptr || (in.mask->type == GGML_TYPE_F16 && in.mask->ne[2] == 1));
}

size_t scratch_floats(const Attention & in) {
    return attention_scratch_floats(static_cast<size_t>(in.keys->ne[0]), static_cast<size_t>(in.values->ne[0]),
                                    in.cells());
}

/** Of one thread: scratch, then for each row of a tile the cells that it sees and their bias. */
size_t work_floats(const Attention & in) {
    return scratch_floats(in) + 2 * attention_tile() * in.cells();
}

template <typename T> T * at(const ggml_tensor * tensor, int64_t i1, int64_t i2, int64_t i3) {
    return reinterpret_cast<T *>(static_cast<char *>(tensor->data) + static_cast<size_t>(i1) * tensor->nb[1] +
                                 static_cast<size_t>(i2) * tensor->nb[2] + static_cast<size_t>(i3) * tensor->nb[3]);
}

Cells cells_of(const ggml_tensor * tensor, int64_t head, int64_t batch) {
    Cells cells = {{}, at<const void>(tensor, 0, head, batch), tensor->nb[1], static_cast<size_t>(tensor->ne[0])};
    cell_type(tensor->type, cells.type);
    return cells;
}

/** Rows of the heads that share cells, in tiles: a row's heads lie together, since they see the same. */
class Tiles {
public:
    Tiles(const Attention & in, float * work)
        : in_(in), work_(work), heads_(in.query->ne[2] / in.keys->ne[2]), repeats_(in.query->ne[3] / in.keys->ne[3]) {}

    int64_t count() const {
        const int64_t tile = static_cast<int64_t>(attention_tile());
        return (in_.query->ne[1] * heads_ + tile - 1) / tile;
    }

    void compute(int64_t tile, int64_t head_of_cells, int64_t batch) {
        if (tile != seen_tile_ || batch != seen_batch_) {
            find_sights(tile, batch);
        }
        AttentionRow rows[kMostRows];
        for (size_t i = 0; i < rows_; i++) {
            const int64_t row = (first_ + static_cast<int64_t>(i)) / heads_;
            const int64_t head = head_of_cells * heads_ + (first_ + static_cast<int64_t>(i)) % heads_;
            // The node is [value size, heads, rows, batches].
            rows[i] = {at<const float>(in_.query, row, head, batch), sights_[i], at<float>(in_.node, head, row, batch)};
        }
        attend(cells_of(in_.keys, head_of_cells, batch / repeats_),
               cells_of(in_.values, head_of_cells, batch / repeats_), in_.parameter(0), rows, rows_, work_);
    }

private:
    void find_sights(int64_t tile, int64_t batch) {
        seen_tile_ = tile;
        seen_batch_ = batch;
        first_ = tile * static_cast<int64_t>(attention_tile());
        rows_ = std::min(attention_tile(), static_cast<size_t>(in_.query->ne[1] * heads_ - first_));
        float * lists = work_ + scratch_floats(in_);
        for (size_t i = 0; i < rows_; i++, lists += 2 * in_.cells()) {
            const int64_t row = (first_ + static_cast<int64_t>(i)) / heads_;
            if (i > 0 && row == (first_ + static_cast<int64_t>(i) - 1) / heads_) {
                sights_[i] = sights_[i - 1];
                continue;
            }
            const uint16_t * const mask =
                in_.mask == nullptr ? nullptr : at<const uint16_t>(in_.mask, row, 0, batch % in_.mask->ne[3]);
            sights_[i] = find_sight(mask, in_.cells(), reinterpret_cast<int32_t *>(lists), lists + in_.cells());
        }
    }

    const Attention & in_;
    float * work_;
    int64_t heads_;    // of the query for one head of the cells
    int64_t repeats_;  // batches of the query for one of the cells
    int64_t seen_tile_ = -1;
    int64_t seen_batch_ = -1;
    int64_t first_ = 0;  // row and head of the tile's first
    size_t rows_ = 0;
    Sight sights_[kMostRows] = {};
};

}  // namespace

size_t foretoken_attention_work_size(const ggml_tensor * node, int threads) {
    const Attention in = {node};
    return is_ours(in) ? work_floats(in) * sizeof(float) * static_cast<size_t>(threads) : 0;
}

bool foretoken_attention(const ggml_compute_params * params, ggml_tensor * node) {
    const Attention in = {node};
    if (params->use_ref || !is_ours(in)) {
        return false;
    }
    Tiles tiles(in, static_cast<float *>(params->wdata) + work_floats(in) * static_cast<size_t>(params->ith));
    int64_t unit = 0;
    for (int64_t batch = 0; batch < in.query->ne[3]; batch++) {
        for (int64_t tile = 0; tile < tiles.count(); tile++) {
            for (int64_t head = 0; head < in.keys->ne[2]; head++) {
                if (unit++ % params->nth == params->ith) {
                    tiles.compute(tile, head, batch);
                }
            }
        }
    }
    return true;
}
