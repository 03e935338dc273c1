// What drafting brings in where several sequences draft together, by the clock: rounds in which they did beside plain
// ones of as many. What costs of single sizes promise is not to be trusted there: of many, each seldom seen, the rows
// are drawn whose costs were estimated lowest; and a plain round between drafted ones finds the caches as the draft
// left them, so that it is dearer than among its like. A round therefore counts where the one before was of its kind.
// Belongs to the decode thread.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "draft-policy.h"
#include "pass-costs.h"

namespace foretoken {

class CommonGains {
public:
    // Each sequence of a round says that it begins; the first has the one before learnt from.
    void begin(const PairCosts & costs, const BatchLoad & load);
    // What a sequence committed in the running round, and whether its drafter was asked. A round counts if all say so:
    // those with policies of another kind do not.
    void observe(int tokens, bool drafted);
    // The running round is not like others.
    void spoil() { counts_ = false; }

    // By how much its share drafting raises the tokens per millisecond of so many sequences; more while that is little
    // known, and empty while it is unknown.
    std::optional<double> gain(int drafting) const;
    // Whether a plain round is wanted, to compare with.
    bool wants_plain(int drafting) const { return known_[place(drafting)].plain_wanted > 0; }

private:
    // Of the last samples.
    struct Mean {
        double value = 0;
        int seen = 0;

        void learn(double sample, int window);
    };

    static constexpr int kMost = 64;
    static constexpr int kPlainRounds = 4;

    struct Known {
        Mean plain_ms;
        Mean drafted_ms;
        Mean drafted_tokens;  // of each sequence
        int plain_wanted = kPlainRounds;
        int drafted = 0;  // rounds since plain ones were wanted
        int streak = 0;   // plain rounds, one after the other

        void learn_plain(double ms);
    };

    void learn(double ms);
    static size_t place(int drafting) { return static_cast<size_t>(std::min(drafting, kMost) - 1); }

    std::array<Known, kMost> known_{};  // by the number drafting

    // The running round.
    int passes_ = -1;  // of the target before it
    double spent_ = 0;
    int drafting_ = 0;
    int told_ = 0;  // sequences that said what they committed
    int tokens_ = 0;
    bool drafted_ = false;
    bool counts_ = false;

    bool drafted_before_ = false;
};

}  // namespace foretoken
