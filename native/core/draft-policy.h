// Who drafts next and how far. Asked by the scheduler (plan, observe) and by drafters (keep_going, step_again); one
// object for each sequence.
//
// What a policy may read keeps every verification rule lossless: whether a token is drawn may depend on the tokens
// before it, on the draft's distributions up to and including its own, on earlier rounds and on clocks, never on the
// token itself; whatever was drawn is submitted; the drafter is chosen before anything is drawn.
#pragma once

#include <optional>
#include <span>

#include "sampling-chain.h"
#include "types.h"

namespace foretoken {

// What a drafter can say before a round.
struct DrafterView {
    int room = 0;     // tokens it can draft before its own context ends; 0 sits out
    int lacking = 0;  // committed tokens it has yet to evaluate before it can draft, beyond the last one
    std::optional<Confidence> first;  // of its first token, where it knows without a forward pass
};

// Whom a sequence shares a round's passes with. The scheduler sets it before a round, drafters keep it true as they
// draw.
struct BatchLoad {
    int rows = 1;      // of the verify batch so far: one for each sequence, a prompt's tokens, drawn ones
    int drafting = 1;  // sequences that may draft; while drawing, those in the last draft pass
    int settled = 1;   // rows of the verify batch when that pass was made
};

struct RoundStart {
    SeqId seq;
    int room;                // most tokens that fit this round: output, context, batch
    int tokens_left;         // of the sequence's output
    const BatchLoad & load;  // stays until the round is observed
    std::span<const DrafterView> drafters;
};

struct DraftPlan {
    int drafter = 0;
    int max_tokens = 0;  // 0 decodes plainly
};

// Before a draw: `next` is the confidence of the distribution that the token would be drawn from.
struct DraftStep {
    SeqId seq;
    int drawn;  // tokens drafted so far this round
    Confidence next;
};

// Proposed and accepted are counted in draws: where a draft is retokenised, a draw can be several tokens or a part of
// one.
struct RoundOutcome {
    SeqId seq;
    DraftPlan plan;
    int proposed;
    int accepted;
    int committed;  // tokens
};

class DraftPolicy {
public:
    virtual ~DraftPolicy() = default;

    // Whether keep_going reads `next`, which costs a pass over the draft's logits.
    virtual bool reads_confidence() const { return false; }
    virtual DraftPlan plan(const RoundStart & start) = 0;
    // Before each draw.
    virtual bool keep_going(const DraftStep & step) = 0;
    // Before each forward pass but the first of a round: whether the next token may be worth knowing.
    virtual bool step_again(SeqId seq, int drawn) = 0;
    virtual void observe(const RoundOutcome & outcome) = 0;
};

}  // namespace foretoken
