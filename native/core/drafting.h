// The drafting half of a round: asks each sequence's policy and lets drafters draft for all sequences together. A
// drafter that fails for several sequences is asked for each alone, and ends those that it fails for. Not thread-safe:
// belongs to the scheduler.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "drafter.h"
#include "language-model.h"
#include "pass-costs.h"
#include "sequence.h"
#include "token-table.h"

namespace foretoken {

using Sequences = std::vector<Sequence *>;

class Drafting {
public:
    // Borrows drafters and tokens. `target`: what a verify batch can hold.
    Drafting(std::vector<Drafter *> drafters, const TokenTable & tokens, ModelLimits target, int max_sequences,
             std::shared_ptr<PairCosts> costs)
        : drafters_(std::move(drafters)),
          tokens_(tokens),
          target_(target),
          max_sequences_(max_sequences),
          costs_(std::move(costs)) {}

    void begin(const Sequence & sequence);
    // Tells drafters what was committed after the first `before` tokens.
    void commit(const Sequence & sequence, size_t before);
    // `kept`: what was evaluated stays to be shared until forget().
    void end(const Sequence & sequence, bool kept);
    void forget(SeqId seq);
    // Of a sequence that has ended for good.
    void remember(const Sequence & sequence);
    // Keeps under `seq` what was evaluated of the beginning of a text for others.
    void share(SeqId seq, std::span<const Token> text);

    // A round of these sequences begins, whose batch also has `prefill` tokens of prompts.
    void begin_round(const Sequences & decoding, int prefill);
    // Evaluates a chunk of what drafters lack and takes sequences that need more, or failed, out of the round.
    void catch_up(Sequences & decoding);
    // Fills the sequences' drafts.
    void draft(const Sequences & decoding);

private:
    // What the policy wants of this round; asked once.
    const DraftPlan & plan(Sequence & sequence);
    // Tokens a draft may have now, whatever it is worth.
    int room(const Sequence & sequence) const;
    void catch_up_with(size_t drafter, const Sequences & lagging, int most);
    void draft_with(size_t drafter, const Sequences & drafting);

    std::vector<Drafter *> drafters_;
    const TokenTable & tokens_;
    ModelLimits target_;
    int max_sequences_;
    std::shared_ptr<PairCosts> costs_;
    // The running round.
    int decoding_ = 0;
    int prefill_ = 0;
    BatchLoad load_;
};

}  // namespace foretoken
