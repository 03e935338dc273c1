// Drafts as long as the next token is expected to pay, and not at all when none does.
//
// A token is worth the time that the best way of decoding takes for one. The next draft token pays if
//   P(all before it accepted) · P(it is accepted | the draft's confidence) · worth
// exceeds the draft step that finds it plus what one more row costs the target; a dear row is drawn when the rows
// behind it are cheap (the matrix kernels' tiles make v(n) a staircase). Costs are those of PairCosts, chances those of
// a Calibration for each drafter. See docs/adr/0005.
//
// Beside other sequences a row costs its share of what all that draft add to the batch they have filled by then, a
// draft step its share of the pass, and a token is worth its share of the batch's time: drafts shrink as the batch
// grows. What such rounds brought in by the clock decides over what they promised: see CommonGains.
#pragma once

#include <memory>
#include <vector>

#include "calibration.h"
#include "common-gains.h"
#include "draft-policy.h"
#include "pass-costs.h"
#include "round-costs.h"

namespace foretoken {

// What a pair's sequences learn from each other. Belongs to the decode thread.
struct PairExperience {
    PairCosts costs;
    RoundCosts rounds{};
    std::vector<Calibration> calibrations{};  // one for each drafter
    CommonGains together{};
};

class AdaptiveDraftLength final : public DraftPolicy {
public:
    // Reads the pair's experience when first asked, so that any thread may make the policy.
    AdaptiveDraftLength(std::shared_ptr<PairExperience> pair, int max_length);

    bool reads_confidence() const override { return true; }
    DraftPlan plan(const RoundStart & start) override;
    bool keep_going(const DraftStep & step) override;
    bool step_again(SeqId seq, int drawn) override;
    void observe(const RoundOutcome & outcome) override;

private:
    // What drafting pays beyond a plain round, in milliseconds.
    struct Offer {
        int drafter = -1;
        double gain = 0;      // a round, at the length that pays best
        double catch_up = 0;  // before the first
        double length = 0;    // expected accepted tokens of that round
    };

    // One sequence's share, when all that draft do the same: of a verify pass after so many drawn tokens, and of what
    // so many more rows add to `rows`.
    double round_ms(int drawn) const { return rounds_[static_cast<size_t>(drawn)]; }
    double rows_ms(int rows, int more) const;
    // Of a draft step; of one more this round, for which about half of those in the last one go on; and of what the
    // next round's first has to evaluate beyond one token, where all that was drawn is accepted: the last one drawn.
    double step_ms(int drafter) const;
    double next_step_ms() const;
    double lag_ms(int drafter) const;
    // The verify batch's rows when the last draft pass was made, so that all in it decide alike.
    int settled() const { return pair_->costs.alone ? 1 + static_cast<int>(drawn_.size()) : load_->settled; }
    const BatchLoad & load() const { return pair_->costs.alone ? kAlone : *load_; }
    Calibration & calibration(int drafter) { return calibrations_[static_cast<size_t>(drafter)]; }
    // Milliseconds a token is worth at this acceptance: those of the fastest length, 0 included, for all in the batch.
    double worth(double acceptance, int drafter, int longest) const;
    Offer offer(int drafter, const DrafterView & view, int room, int tokens_left) const;
    // Whether drawing more tokens beside `rows` pays after `drawn`: the next with chance `next`, those behind it with
    // `later`, each after `steps_first` (0 where the next token's pass is already done) forward passes.
    bool pays(int rows, int drawn, double next, double later, int steps_first) const;
    // Whether this round is plain for all, so that its cost is known.
    bool weighs_plain() const;
    // Whether a drafter that seems to pay nothing, or less than another, is tried all the same this round, which
    // forgoes the gain `best`.
    bool is_due(const Offer & offer, double best) const;
    void begin_probe(int drafter);
    // What a round of the planned drafter says is for this sequence and, unless costs are frozen, for those after it.
    template <typename Lesson> void teach(const Lesson & lesson);

    std::shared_ptr<PairExperience> pair_;
    int max_length_;
    std::vector<Calibration> calibrations_;
    // Gains of the last drafted rounds, as expected when their confidences were known: drafting may pay although a
    // token of typical confidence does not, since the others need not be drawn.
    std::vector<double> recent_gains_;

    // The running round.
    DraftPlan plan_;
    bool probing_ = false;
    static constexpr BatchLoad kAlone{};
    const BatchLoad * load_ = nullptr;
    std::span<const double> rounds_;  // while planning
    double plain_ms_ = 0;             // without a draft
    double worth_ = 0;                // of a token, ms
    double lag_ = 0;                  // of the next round, where all drawn tokens are accepted, ms
    double chance_ = 1;               // of that
    double gain_ = 0;                 // expected of what was done so far, ms
    std::vector<Confidence> drawn_;

    int generated_ = 0;

    // A drafter's rounds without it, since it last drafted, and its trial.
    struct Probe {
        int rounds_without = 0;
        double ms_without = 0;
        int interval;  // rounds without before the next
        int rounds_left = 0;
        int accepted = 0;

        void end();
    };
    std::vector<Probe> probes_;
};

}  // namespace foretoken
