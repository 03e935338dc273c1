#include "adaptive-draft-length.h"

#include <algorithm>
#include <cmath>

namespace foretoken {

namespace {

constexpr int kFirstProbe = 8;  // plain rounds before a drafter that does not pay is tried again; doubles each time
// Probes may cost this share of the time so far.
constexpr double kProbeShare = 0.015;
// A sequence may end before its limit: this many tokens more than it already has are counted on.
constexpr int kHorizon = 128;

}  // namespace

AdaptiveDraftLength::AdaptiveDraftLength(std::shared_ptr<PairExperience> pair, int max_length)
    : pair_(std::move(pair)), max_length_(max_length), probe_interval_(kFirstProbe) {}

double AdaptiveDraftLength::worth(double acceptance, int drafter, int longest) const {
    double best = row_ms(1);
    double tokens = 1;
    double power = 1;
    for (int length = 1; length <= longest; ++length) {
        power *= acceptance;
        tokens += power;
        best = std::min(best, (length * step_ms(drafter) + row_ms(length + 1)) / tokens);
    }
    return best;
}

AdaptiveDraftLength::Offer AdaptiveDraftLength::offer(int drafter, const DrafterView & view, int room,
                                                      int tokens_left) const {
    const Calibration & calibration = calibrations_[static_cast<size_t>(drafter)];
    const double later = calibration.typical_acceptance();
    const int longest = std::min({max_length_, room, view.room});
    const double value = worth(later, drafter, longest);
    Offer best{drafter, -1e300, 0, 0};
    double power = view.first ? calibration.acceptance(*view.first) : later;
    double accepted = 0;
    for (int length = 1; length <= longest; ++length, power *= later) {
        accepted += power;
        const double gain = accepted * value - length * step_ms(drafter) - (row_ms(length + 1) - row_ms(1));
        if (gain > best.gain) {
            best.gain = gain;
            best.length = accepted;
        }
    }
    if (view.lacking > 0) {
        best.catch_up = pair_->costs.drafters[static_cast<size_t>(drafter)].ms(view.lacking + 1) - step_ms(drafter);
        const double rounds = std::min(tokens_left, kHorizon + generated_) / (1 + best.length);
        best.gain -= best.catch_up / std::max(1.0, rounds);
    }
    return best;
}

DraftPlan AdaptiveDraftLength::plan(const RoundStart & start) {
    if (calibrations_.empty()) {
        calibrations_ = pair_->calibrations;
        for (Calibration & calibration : calibrations_) {
            calibration.doubt();
        }
    }
    plan_ = {};
    probing_ = false;
    other_rows_ = start.other_rows;
    chance_ = 1;
    spent_ = 0;
    drawn_.clear();
    Offer best;
    for (int drafter = 0; drafter < static_cast<int>(start.drafters.size()); ++drafter) {
        const DrafterView & view = start.drafters[static_cast<size_t>(drafter)];
        if (std::min({max_length_, start.room, view.room}) < 1) {
            continue;
        }
        const Offer candidate = offer(drafter, view, start.room, start.tokens_left);
        if (best.drafter < 0 || candidate.gain > best.gain) {
            best = candidate;
        }
    }
    if (best.drafter < 0) {
        return plan_;
    }
    if (best.gain <= 0) {
        if (!probes(best)) {
            return plan_;
        }
        probing_ = true;
    }
    const DrafterView & view = start.drafters[static_cast<size_t>(best.drafter)];
    plan_ = {best.drafter, std::min({max_length_, start.room, view.room})};
    worth_ = worth(calibration(best.drafter).typical_acceptance(), best.drafter, plan_.max_tokens);
    spent_ = best.catch_up + step_ms(best.drafter);
    return plan_;
}

bool AdaptiveDraftLength::probes(const Offer & offer) {
    if (--rounds_to_probe_ > 0) {
        return false;
    }
    const double cost = offer.catch_up + step_ms(offer.drafter) + row_ms(2) - row_ms(1);
    if (std::max(regret_, 0.0) + cost > kProbeShare * elapsed_) {
        return false;
    }
    rounds_to_probe_ = probe_interval_;
    probe_interval_ *= 2;
    calibration(offer.drafter).doubt();
    return true;
}

bool AdaptiveDraftLength::pays(int drawn, double next, double later, int steps_first) const {
    double expected = 0;
    double power = chance_ * next;
    for (int more = 1; drawn + more <= plan_.max_tokens; ++more, power *= later) {
        expected += power;
        const double steps = (more - 1 + steps_first) * step_ms(plan_.drafter);
        if (expected * worth_ > steps + row_ms(drawn + more + 1) - row_ms(drawn + 1)) {
            return true;
        }
    }
    return false;
}

bool AdaptiveDraftLength::keep_going(const DraftStep & step) {
    Calibration & calibration = this->calibration(plan_.drafter);
    calibration.see(step.next);
    const double next = calibration.acceptance(step.next);
    const bool forced = probing_ && step.drawn == 0;
    if (!forced && !pays(step.drawn, next, calibration.typical_acceptance(), 0)) {
        return false;
    }
    chance_ *= next;
    drawn_.push_back(step.next);
    return true;
}

bool AdaptiveDraftLength::step_again(SeqId, int drawn) {
    const double typical = calibration(plan_.drafter).typical_acceptance();
    if (!pays(drawn, typical, typical, 1)) {
        return false;
    }
    spent_ += step_ms(plan_.drafter);
    return true;
}

void AdaptiveDraftLength::observe(const RoundOutcome & outcome) {
    const double ms = spent_ + row_ms(outcome.proposed + 1);
    const int tokens = outcome.accepted + 1;
    generated_ += tokens;
    elapsed_ += ms;
    regret_ += ms - tokens * row_ms(1);
    const auto learn = [&](std::vector<Calibration> & calibrations) {
        for (int i = 0; i < outcome.proposed && i <= outcome.accepted; ++i) {
            calibrations[static_cast<size_t>(plan_.drafter)].learn(drawn_[static_cast<size_t>(i)], i < outcome.accepted);
        }
    };
    learn(calibrations_);
    if (!pair_->costs.frozen) {
        learn(pair_->calibrations);
    }
    if (probing_ && outcome.accepted > 0) {
        rounds_to_probe_ = 0;
        probe_interval_ = kFirstProbe;
    } else if (plan_.max_tokens > 0 && !probing_) {
        rounds_to_probe_ = probe_interval_;
    }
}

}  // namespace foretoken
