#include "common-gains.h"

namespace foretoken {

namespace {

// Rounds that the means are of. Plain ones are few, and those of a while ago may have been made on a slower machine.
constexpr int kDraftedWindow = 64;
constexpr int kPlainWindow = 12;
// Rounds in which several draft before so many plain ones, which forgo a twentieth of what is gained.
constexpr int kPlainEvery = 64;
constexpr int kPlainRounds = 4;
// Plain rounds after which what is known is compared no longer, and after which it is forgotten.
constexpr int kSettledAfter = 8;
constexpr int kForgottenAfter = 256;
// How much more drafting may gain than rounds of one sequence show: their luck is shared out among the rounds and the
// sequences in them.
constexpr double kDoubt = 2;

}  // namespace

void CommonGains::Mean::learn(double sample, int window) {
    seen += 1;
    value += (sample - value) / std::min(seen, window);
}

std::optional<double> CommonGains::Known::gain(int drafting) const {
    if (drafted_ms.seen == 0 || plain_ms.seen == 0) {
        return std::nullopt;
    }
    return drafted_tokens.value * plain_ms.value / drafted_ms.value - 1 + kDoubt / (drafted_ms.seen * drafting);
}

void CommonGains::begin(const PairCosts & costs, const BatchLoad & load) {
    if (passes_ == costs.target.passes()) {
        return;
    }
    double spent = costs.target.spent();
    for (const PassCosts & drafter : costs.drafters) {
        spent += drafter.spent();
    }
    if (told_ == drafting_ && passes_ + 1 == costs.target.passes()) {
        learn(spent - spent_);
    }
    passes_ = costs.target.passes();
    spent_ = spent;
    drafting_ = load.drafting;
    told_ = 0;
    tokens_ = 0;
    drafted_ = false;
    counts_ = load.drafting > 1 && load.rows == load.drafting;
}

void CommonGains::observe(int tokens, bool drafted) {
    told_ += 1;
    tokens_ += tokens;
    drafted_ |= drafted;
}

void CommonGains::learn(double ms) {
    const bool alike = drafted_ == drafted_before_;
    drafted_before_ = drafted_;
    if (!counts_) {
        return;
    }
    Known & known = known_[place(drafting_)];
    known.streak = drafted_ == known.drafted ? known.streak + 1 : 1;
    known.drafted = drafted_;
    if (alike && drafted_) {
        known.drafted_ms.learn(ms, kDraftedWindow);
        known.drafted_tokens.learn(static_cast<double>(tokens_) / drafting_, kDraftedWindow);
    } else if (alike) {
        known.plain_ms.learn(ms, kPlainWindow);
    }
    if (drafted_) {
        known.settled.reset();
    } else if (known.streak == kSettledAfter) {
        known.settled = known.gain(drafting_);
    } else if (known.streak == kForgottenAfter) {
        known.drafted_ms = known.drafted_tokens = {};
        known.settled.reset();
    }
}

std::optional<double> CommonGains::gain(int drafting) const {
    const Known & known = known_[place(drafting)];
    return known.settled ? known.settled : known.gain(drafting);
}

bool CommonGains::wants_plain(int drafting) const {
    const Known & known = known_[place(drafting)];
    return known.drafted ? known.streak >= kPlainEvery : known.streak < kPlainRounds;
}

}  // namespace foretoken
