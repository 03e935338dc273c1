#include "common-gains.h"

namespace foretoken {

namespace {

// Rounds that the means are of. Plain ones are few, and those of a while ago may have been made on a slower machine.
constexpr int kDraftedWindow = 64;
constexpr int kPlainWindow = 12;
// Rounds in which several draft before plain ones are wanted, which forgo a twentieth of what is gained.
constexpr int kPlainEvery = 64;
// Plain rounds after which a slower one tells of the machine, and after which what was gained is forgotten.
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

void CommonGains::begin(const PairCosts & costs, const BatchLoad & load) {
    if (passes_ == costs.target.passes()) {
        return;
    }
    double spent = costs.target.spent();
    for (const PassCosts & drafter : costs.drafters) {
        spent += drafter.spent();
    }
    if (counts_ && !drafted_) {
        int & wanted = known_[place(drafting_)].plain_wanted;
        wanted = std::max(0, wanted - 1);
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
    known.streak = drafted_ ? 0 : known.streak + 1;
    if (drafted_ && ++known.drafted >= kPlainEvery) {
        known.drafted = 0;
        known.plain_wanted = kPlainRounds;
    }
    if (alike && drafted_) {
        known.drafted_ms.learn(ms, kDraftedWindow);
        known.drafted_tokens.learn(static_cast<double>(tokens_) / drafting_, kDraftedWindow);
    } else if (alike) {
        known.learn_plain(ms);
    }
}

void CommonGains::Known::learn_plain(double ms) {
    const double before = plain_ms.value;
    plain_ms.learn(ms, kPlainWindow);
    if (streak > kSettledAfter && before > 0) {
        drafted_ms.value *= plain_ms.value / before;
    }
    if (streak >= kForgottenAfter) {
        drafted_ms = drafted_tokens = {};
    }
}

std::optional<double> CommonGains::gain(int drafting) const {
    const Known & known = known_[place(drafting)];
    if (known.drafted_ms.seen == 0 || known.plain_ms.seen == 0) {
        return std::nullopt;
    }
    const double speedup = known.drafted_tokens.value * known.plain_ms.value / known.drafted_ms.value;
    return speedup - 1 + kDoubt / known.drafted_ms.seen / drafting;
}

}  // namespace foretoken
