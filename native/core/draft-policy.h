// How many tokens the next draft is worth. Asked by the scheduler (limit, observe) and by drafters (keep_going).
#pragma once

#include "types.h"

namespace foretoken {

// What is known before a draw. Whatever a policy reads here must not depend on the token about to be drawn.
struct DraftStep {
    SeqId seq;
    int drawn;  // tokens drafted so far this round
};

struct RoundOutcome {
    SeqId seq;
    int proposed;
    int accepted;
};

class DraftPolicy {
public:
    virtual ~DraftPolicy() = default;

    // Most tokens to draft for the sequence's next round; 0 decodes plainly.
    virtual int limit(SeqId seq) = 0;
    // Asked before each draw; whatever was drawn is submitted.
    virtual bool keep_going(const DraftStep & step) = 0;
    virtual void observe(const RoundOutcome & outcome) = 0;
};

// The same length every round. Reads no distribution.
class FixedDraftLength final : public DraftPolicy {
public:
    explicit FixedDraftLength(int length) : length_(length) {}

    int limit(SeqId) override { return length_; }
    bool keep_going(const DraftStep &) override { return true; }
    void observe(const RoundOutcome &) override {}

private:
    int length_;
};

}  // namespace foretoken
