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
    // What a sequence committed in the running round, and whether its drafter was asked.
    void observe(int tokens, bool drafted);
    // The running round's time is not that of others like it.
    void spoil() { counts_ = false; }

    // By how much its share drafting raises the tokens per millisecond of so many sequences; more while that is little
    // known, and empty while it is unknown.
    std::optional<double> gain(int drafting) const;
    // Whether plain rounds are wanted, to compare with.
    bool wants_plain(int drafting) const;

private:
    // Of the last samples.
    struct Mean {
        double value = 0;
        int seen = 0;

        void learn(double sample, int window);
    };
    struct Known {
        Mean plain_ms;
        Mean drafted_ms;
        Mean drafted_tokens;  // of each sequence
        bool drafted = false;
        int streak = 0;                 // rounds of one kind
        std::optional<double> settled;  // what was gained, after some plain rounds: the machine may change from then on

        std::optional<double> gain(int drafting) const;
    };

    void learn(double ms);
    static size_t place(int drafting) { return static_cast<size_t>(std::min(drafting, kMost) - 1); }

    static constexpr int kMost = 64;

    std::array<Known, kMost> known_{};  // by the number drafting

    // The running round.
    int passes_ = -1;  // of the target before it
    double spent_ = 0;
    int drafting_ = 0;
    int told_ = -1;  // sequences that said what they committed
    int tokens_ = 0;
    bool drafted_ = false;
    bool counts_ = false;

    bool drafted_before_ = false;
};

}  // namespace foretoken
