#include "fixed-shape-model.h"

#include <algorithm>

namespace foretoken {

namespace {

// llama.cpp's attention looks at the cells used so far, rounded up to so many.
constexpr Pos kAttentionStep = 256;

// The step that attention reaches in a pass that begins with this position.
Pos attention_step(Pos pos) {
    return (pos + kFixedRows - 1) / kAttentionStep;
}

// How many tokens from the first one on go into one pass.
size_t pass_size(std::span<const BatchToken> batch) {
    const BatchToken & first = batch.front();
    const auto end = std::find_if(batch.begin(), batch.end(), [&](const BatchToken & token) {
        return token.want_logits != first.want_logits ||
               (first.want_logits && attention_step(token.pos) != attention_step(first.pos));
    });
    const auto size = static_cast<size_t>(end - batch.begin());
    return first.want_logits ? std::min<size_t>(size, kFixedRows) : size;
}

// The filler's tokens of one pass: later ones lie in their cells.
class Filling {
public:
    Filling(LanguageModel & model, SeqId filler) : model_(model), filler_(filler) {}
    ~Filling() { model_.truncate(filler_, 0); }
    Filling(const Filling &) = delete;
    Filling & operator=(const Filling &) = delete;

private:
    LanguageModel & model_;
    SeqId filler_;
};

}  // namespace

Rows FixedShapeModel::eval(std::span<const BatchToken> batch) {
    logits_.clear();
    Rows rows;
    size_t n_rows = 0;
    while (!batch.empty()) {
        const size_t size = pass_size(batch);
        const bool is_last = size == batch.size();
        if (!batch.front().want_logits) {
            model_.eval(batch.first(size));
        } else {
            rows = pass(batch.first(size));
            if (is_last && n_rows == 0) {
                return rows;
            }
            for (size_t row = 0; row < size; ++row) {
                const std::span<const float> logits = rows[row].logits();
                logits_.insert(logits_.end(), logits.begin(), logits.end());
            }
            n_rows += size;
        }
        batch = batch.subspan(size);
    }
    return n_rows > 0 ? Rows(logits_.data(), n_rows, logits_.size() / n_rows) : Rows();
}

Rows FixedShapeModel::pass(std::span<const BatchToken> rows) {
    batch_.assign(rows.begin(), rows.end());
    // They want logits as well, since the last layer's rows are those that do, but no row that is copied from its
    // device: nobody looks at it.
    for (Pos pos = 0; batch_.size() < kFixedRows; ++pos) {
        batch_.push_back({filler_, pos, rows.front().token, true, 1});
    }
    const Filling filling(model_, filler_);
    return model_.eval(batch_).first(rows.size());
}

}  // namespace foretoken
