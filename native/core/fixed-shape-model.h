// A model whose rows are always computed in one shape: every row of logits comes from a pass of kFixedRows tokens, the
// missing ones filled up with tokens of a sequence of its own, and attention looks at a length that follows from the
// row's position alone. Then a device that chooses kernels and splits their work by shape gives a token the same bits
// whether it is decoded alone or checked in a draft (docs/adr/0014).
//
// Prompts go through as they come: they want no logits, and their chunks are the same whatever is drafted later.
// Serves one sequence at a time, whose cells then begin at the cache's first one.
#pragma once

#include <span>
#include <vector>

#include "language-model.h"

namespace foretoken {

// Rows of every pass that gives logits. Eight is the widest pass that stays within one tile of every kernel of ggml's
// CUDA and Vulkan backends; a longer draft takes several passes.
constexpr int kFixedRows = 8;

class FixedShapeModel final : public LanguageModel {
public:
    // Borrows the model, which has room for kFixedRows more cells and rows than its limits say, and a sequence `filler`
    // that nobody else uses.
    FixedShapeModel(LanguageModel & model, SeqId filler) : model_(model), filler_(filler) {}

    ModelLimits limits() const override { return model_.limits(); }
    Rows eval(std::span<const BatchToken> batch) override;
    bool truncate(SeqId seq, Pos n_past) override { return model_.truncate(seq, n_past); }
    void copy(SeqId from, SeqId to, Pos n) override { model_.copy(from, to, n); }

private:
    // At most kFixedRows tokens of one attention length.
    Rows pass(std::span<const BatchToken> rows);

    LanguageModel & model_;
    SeqId filler_;
    std::vector<BatchToken> batch_;
    std::vector<float> logits_;  // of an eval() that took several passes
};

}  // namespace foretoken
