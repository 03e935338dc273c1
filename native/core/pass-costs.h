// What forward passes cost, by the number of tokens in them: guessed at first, then learnt from the passes themselves.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace foretoken {

// One model's curve. Between known sizes it is linear; beyond the largest it goes on with the last slope. It never
// falls: a pass that seems dearer than a larger one was interrupted.
//
// Machines drift: when everything becomes a third slower, the sizes that happen to run must not seem dear beside those
// that do not. So each pass moves the whole curve, and its own size a little more, where another ran in between.
class PassCosts {
public:
    // Starts from guesses in any unit: the first pass scales them all. Sizes ≥ 1, milliseconds > 0.
    void guess(int tokens, double ms);
    void observe(int tokens, double ms);
    // A pass that also reads prompts, of whose tokens few are turned into logits: it says what a chunk costs, nothing
    // about the sizes that decoding comes in.
    void observe_reading(int tokens, double ms);
    // 0 while nothing is known.
    double ms(int tokens) const {
        return tokens <= kExact ? exact_[static_cast<size_t>(tokens)] : interpolated(tokens);
    }

    // Passes learnt from, and of those the ones since the last of this size.
    int passes() const { return seen_; }
    int passes_since(int size) const;
    // Milliseconds of those observed, as far as they were not interrupted.
    double spent() const { return spent_; }
    // Sizes and milliseconds, for saving.
    std::vector<std::pair<int, double>> curve() const;

private:
    struct Knot {
        double ms;
        int seen;
        int last = 0;  // the count of all passes when it was seen last
    };

    // Sizes up to this are kept apart: a row more or less is what a draft decides. Larger ones come in steps of it.
    static constexpr int kExact = 64;

    static int size_of(int tokens) { return tokens <= kExact ? tokens : (tokens + kExact / 2) / kExact * kExact; }
    // `alone`: only its own size changes.
    void learn(int size, double ms, bool alone);
    // A pass took `ratio` times what it should, the first of its size after `unseen` others.
    void move(Knot & knot, double ratio, int unseen, bool alone);
    double interpolated(int tokens) const;
    void tabulate();

    std::map<int, Knot> knots_;
    std::array<double, kExact + 1> exact_{};  // ms by tokens
    int seen_ = 0;
    double spent_ = 0;
};

// The costs of a target and its drafters. Written by the scheduler, read by policies, on the decode thread.
struct PairCosts {
    PassCosts target;
    std::vector<PassCosts> drafters;  // empty curves for those without forward passes
    bool frozen = false;              // true where results must not depend on a clock
    bool alone = false;               // true where they must not depend on neighbours either
};

}  // namespace foretoken
