// Counters and times of one sequence. Plain data, written by the scheduler alone.
#pragma once

#include <cstdint>
#include <vector>

namespace foretoken {

// Invariants: corrections + bonuses = rounds; committed = accepted + corrections + bonuses before a stop cuts it;
// accepted ≤ proposed; prefill + draft + verify + sample + constraint + other = total. An aborted round is not a round,
// and the one token of a round without a draft counts as its bonus.
struct Statistics {
    int64_t prompt_tokens = 0;
    int64_t cached_tokens = 0;  // of the prompt, that the target's cache held already
    int64_t rounds = 0;
    int64_t proposed = 0;
    int64_t accepted = 0;
    int64_t corrections = 0;
    int64_t bonuses = 0;
    int64_t committed = 0;
    int64_t target_passes = 0;
    int64_t draft_passes = 0;
    // Of passes, each shared out equally among the sequences in it.
    double target_pass_share = 0;
    double draft_pass_share = 0;
    int64_t target_tokens = 0;  // evaluated by the target, prompt included
    int64_t draft_tokens = 0;   // evaluated by the draft, prompt included
    std::vector<int64_t> accepted_per_position;

    int64_t sampled_rows = 0;  // logits turned into distributions, of both models

    // Milliseconds. A pass over several sequences is shared out among them by their tokens.
    double prefill_ms = 0;
    double draft_ms = 0;   // the draft model's passes
    double verify_ms = 0;  // the target's
    double sample_ms = 0;  // drawing, drafting without a model, acceptance
    double constraint_ms = 0;
    double other_ms = 0;
    double total_ms = 0;
};

}  // namespace foretoken
