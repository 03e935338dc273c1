// Policies without a model of costs.
#pragma once

#include <algorithm>

#include "draft-policy.h"

namespace foretoken {

// Up to `length` tokens every round, by the first drafter that knows its first token, else by the first that can draft.
class FixedDraftLength : public DraftPolicy {
public:
    explicit FixedDraftLength(int length) : length_(length) {}

    DraftPlan plan(const RoundStart & start) override {
        const auto usable = [](const DrafterView & view) { return view.room > 0; };
        auto chosen = std::find_if(start.drafters.begin(), start.drafters.end(),
                                   [&](const DrafterView & view) { return usable(view) && view.first; });
        if (chosen == start.drafters.end()) {
            chosen = std::find_if(start.drafters.begin(), start.drafters.end(), usable);
        }
        if (chosen == start.drafters.end()) {
            return {};
        }
        return {static_cast<int>(chosen - start.drafters.begin()), std::min({length_, start.room, chosen->room})};
    }
    bool keep_going(const DraftStep &) override { return true; }
    bool step_again(SeqId, int) override { return true; }
    void observe(const RoundOutcome &) override {}

private:
    int length_;
};

// Stops before a token that the draft gives less than `threshold`, at most `length` tokens.
class ConfidenceThreshold final : public FixedDraftLength {
public:
    ConfidenceThreshold(int length, float threshold) : FixedDraftLength(length), threshold_(threshold) {}

    bool reads_confidence() const override { return true; }
    bool keep_going(const DraftStep & step) override { return step.next.top >= threshold_; }

private:
    float threshold_;
};

}  // namespace foretoken
