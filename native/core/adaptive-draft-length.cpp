#include "adaptive-draft-length.h"

#include <algorithm>
#include <cmath>

#include "prefill-budget.h"

namespace foretoken {

namespace {

constexpr int kFirstProbe = 8;   // plain rounds before a drafter that does not pay is tried again; doubles each time
constexpr int kProbeRounds = 3;  // one token says little, and catching up is the dearer part
// What a probe costs, catching up included, must not exceed this share of the plain decoding since the last one: all
// probes together cost no more, and where a draft's prefill is dearer they end.
constexpr double kProbeShare = 0.0075;
// Gains below this share of a plain round are errors of the estimate as often as not.
constexpr double kLeastGain = 0.01;
// Of several together: besides, the draft reads prompts too, and requests no longer begin and end together.
constexpr double kLeastCommonGain = 0.05;
constexpr double kRecentRate = 0.1;
// A sequence may end before its limit: this many tokens more than it already has are counted on.
constexpr int kHorizon = 128;

}  // namespace

AdaptiveDraftLength::AdaptiveDraftLength(std::shared_ptr<PairExperience> pair, int max_length)
    : pair_(std::move(pair)), max_length_(max_length) {}

double AdaptiveDraftLength::rows_ms(int rows, int more) const {
    const PassCosts & target = pair_->costs.target;
    return (target.ms(rows + load().drafting * more) - target.ms(rows)) / load().drafting;
}

double AdaptiveDraftLength::step_ms(int drafter) const {
    return pair_->costs.drafters[static_cast<size_t>(drafter)].ms(load().drafting) / load().drafting;
}

double AdaptiveDraftLength::next_step_ms() const {
    const int go_on = (load().drafting + 1) / 2;
    return pair_->costs.drafters[static_cast<size_t>(plan_.drafter)].ms(go_on) / go_on;
}

double AdaptiveDraftLength::lag_ms(int drafter) const {
    const PassCosts & draft = pair_->costs.drafters[static_cast<size_t>(drafter)];
    return (draft.ms(2 * load().drafting) - draft.ms(load().drafting)) / load().drafting;
}

double AdaptiveDraftLength::worth(double acceptance, int drafter, int longest) const {
    // What else is in the batch counts as tokens too, whatever it is for.
    const double others = static_cast<double>(load().rows - load().drafting) / load().drafting;
    double tokens = others + 1;
    const double step = step_ms(drafter);
    const double lag = lag_ms(drafter);
    double best = round_ms(0) / tokens;
    double power = 1;
    for (int length = 1; length <= longest; ++length) {
        power *= acceptance;
        tokens += power;
        best = std::min(best, (length * step + power * lag + round_ms(length)) / tokens);
    }
    return best;
}

AdaptiveDraftLength::Offer AdaptiveDraftLength::offer(int drafter, const DrafterView & view, int room,
                                                      int tokens_left) const {
    const Calibration & calibration = calibrations_[static_cast<size_t>(drafter)];
    const double later = calibration.typical_acceptance();
    const int longest = std::min({max_length_, room, view.room});
    const double value = worth(later, drafter, longest);
    const double step = step_ms(drafter);
    const double lag = lag_ms(drafter);
    Offer best{drafter, -1e300, 0, 0};
    double power = view.first ? calibration.acceptance(*view.first) : later;
    double accepted = 0;
    for (int length = 1; length <= longest; ++length, power *= later) {
        accepted += power;
        const double gain = accepted * value - length * step - power * lag - (round_ms(length) - plain_ms_);
        if (gain > best.gain) {
            best.gain = gain;
            best.length = accepted;
        }
    }
    best.gain = std::max(best.gain, recent_gains_[static_cast<size_t>(drafter)]);
    if (const auto known = pair_->together.gain(load().drafting)) {
        best.gain = std::min(best.gain, *known * plain_ms_);
    }
    if (view.lacking > 0) {
        const PassCosts & costs = pair_->costs.drafters[static_cast<size_t>(drafter)];
        best.catch_up = costs.ms(view.lacking + 1) - costs.ms(1);
        const double rounds = std::min(tokens_left, kHorizon + generated_) / (1 + best.length);
        best.gain -= best.catch_up / std::max(1.0, rounds);
    }
    return best;
}

DraftPlan AdaptiveDraftLength::plan(const RoundStart & start) {
    if (calibrations_.empty()) {
        calibrations_ = pair_->calibrations;
        recent_gains_.resize(calibrations_.size());
        probes_.resize(calibrations_.size(), {.interval = kFirstProbe});
        for (Calibration & calibration : calibrations_) {
            calibration.doubt();
        }
    }
    plan_ = {};
    probing_ = false;
    load_ = &start.load;
    if (!pair_->costs.frozen) {
        pair_->together.begin(pair_->costs, load());
    }
    rounds_ = pair_->rounds.shares(pair_->costs.target, load(), max_length_);
    plain_ms_ = round_ms(0);
    chance_ = 1;
    drawn_.clear();
    if (weighs_plain()) {
        return plan_;
    }
    Offer best{.gain = (load().drafting > 1 ? kLeastCommonGain : kLeastGain) * plain_ms_};
    std::vector<Offer> offers;
    for (int drafter = 0; drafter < static_cast<int>(start.drafters.size()); ++drafter) {
        const DrafterView & view = start.drafters[static_cast<size_t>(drafter)];
        if (std::min({max_length_, start.room, view.room}) < 1) {
            continue;
        }
        offers.push_back(offer(drafter, view, start.room, start.tokens_left));
        if (offers.back().gain > best.gain) {
            best = offers.back();
        }
    }
    const auto due = std::find_if(offers.begin(), offers.end(), [&](const Offer & o) { return is_due(o, best.gain); });
    if (due != offers.end()) {
        best = *due;
        probing_ = true;
        begin_probe(best.drafter);
    }
    if (best.drafter < 0) {
        return plan_;
    }
    const DrafterView & view = start.drafters[static_cast<size_t>(best.drafter)];
    if (probing_ || view.lacking > kLeastChunk) {
        pair_->together.spoil();  // most decode plainly, or wait for one that catches up
    }
    plan_ = {best.drafter, std::min({max_length_, start.room, view.room})};
    worth_ = worth(calibration(best.drafter).typical_acceptance(), best.drafter, plan_.max_tokens);
    lag_ = lag_ms(best.drafter);
    gain_ = -step_ms(best.drafter);
    return plan_;
}

bool AdaptiveDraftLength::weighs_plain() const {
    const bool measurable = !pair_->costs.frozen && load().drafting > 1 && load().rows == load().drafting;
    return measurable && pair_->together.wants_plain(load().drafting);
}

bool AdaptiveDraftLength::is_due(const Offer & offer, double best) const {
    const Probe & probe = probes_[static_cast<size_t>(offer.drafter)];
    if (offer.gain > 0 && offer.gain >= best) {
        return false;  // it drafts anyway
    }
    if (probe.rounds_left > 0) {
        return true;
    }
    const double step = pair_->costs.drafters[static_cast<size_t>(offer.drafter)].ms(1);  // it may draft alone
    const double round = step + rows_ms(load().rows, 1) + best;
    return probe.rounds_without >= probe.interval &&
           offer.catch_up + kProbeRounds * round <= kProbeShare * probe.ms_without;
}

void AdaptiveDraftLength::begin_probe(int drafter) {
    Probe & probe = probes_[static_cast<size_t>(drafter)];
    if (probe.rounds_left == 0) {
        probe.rounds_left = kProbeRounds;
        probe.accepted = 0;
        calibration(drafter).doubt();
    }
}

void AdaptiveDraftLength::Probe::end() {
    interval = accepted > 0 ? kFirstProbe : 2 * interval;
    rounds_left = 0;
    rounds_without = 0;
    ms_without = 0;
}

bool AdaptiveDraftLength::pays(int rows, int drawn, double next, double later, int steps_first) const {
    double expected = 0;
    double power = chance_ * next;
    for (int more = 1; drawn + more <= plan_.max_tokens; ++more, power *= later) {
        expected += power;
        const double steps = (more - 1) * step_ms(plan_.drafter) + steps_first * next_step_ms();
        if (expected * worth_ > steps + rows_ms(rows, more) + (power - (drawn > 0 ? chance_ : 0)) * lag_) {
            return true;
        }
    }
    return false;
}

template <typename Lesson> void AdaptiveDraftLength::teach(const Lesson & lesson) {
    lesson(calibration(plan_.drafter));
    if (!pair_->costs.frozen) {
        lesson(pair_->calibrations[static_cast<size_t>(plan_.drafter)]);
    }
}

bool AdaptiveDraftLength::keep_going(const DraftStep & step) {
    Calibration & calibration = this->calibration(plan_.drafter);
    teach([&](Calibration & pupil) { pupil.see(step.next); });
    const double next = calibration.acceptance(step.next);
    const bool forced = probing_ && step.drawn == 0;
    if (!forced && !pays(settled(), step.drawn, next, calibration.typical_acceptance(), 0)) {
        return false;
    }
    gain_ += next * chance_ * worth_ - rows_ms(settled(), 1) - (next - (step.drawn > 0 ? 1 : 0)) * chance_ * lag_;
    chance_ *= next;
    drawn_.push_back(step.next);
    return true;
}

bool AdaptiveDraftLength::step_again(SeqId, int drawn) {
    const double typical = calibration(plan_.drafter).typical_acceptance();
    const int rows = pair_->costs.alone ? 1 + drawn : load_->rows;
    const bool again = pays(rows, drawn, typical, typical, 1);
    gain_ -= again ? step_ms(plan_.drafter) : 0;
    return again;
}

void AdaptiveDraftLength::observe(const RoundOutcome & outcome) {
    generated_ += outcome.accepted + 1;
    if (plan_.max_tokens > 0) {
        double & recent = recent_gains_[static_cast<size_t>(plan_.drafter)];
        recent += kRecentRate * (gain_ - recent);
    }
    if (!pair_->costs.frozen) {
        pair_->together.observe(outcome.committed, plan_.max_tokens > 0);
    }
    for (int i = 0; i < outcome.proposed && i <= outcome.accepted; ++i) {
        teach([&](Calibration & pupil) { pupil.learn(drawn_[static_cast<size_t>(i)], i < outcome.accepted); });
    }
    for (int drafter = 0; drafter < static_cast<int>(probes_.size()); ++drafter) {
        Probe & probe = probes_[static_cast<size_t>(drafter)];
        if (plan_.max_tokens == 0 || drafter != plan_.drafter) {
            probe.rounds_without += 1;
            probe.ms_without += plain_ms_;
        } else if (!probing_) {
            probe.accepted = 1;
            probe.end();
        } else {
            probe.accepted += outcome.accepted;
            if (--probe.rounds_left == 0) {
                probe.end();
            }
        }
    }
}

}  // namespace foretoken
