// What forward passes cost, by the number of tokens in them: guessed at first, then learnt from the passes themselves.
#pragma once

#include <map>
#include <vector>

namespace foretoken {

// One model's curve. Between known sizes it is linear; beyond the largest it goes on with the last slope.
//
// Machines drift: when everything becomes a third slower, the sizes that happen to run must not seem dear beside those
// that do not. So each pass moves the whole curve a little and its own size a little more.
class PassCosts {
public:
    // Starts from guesses in any unit: the first pass scales them all. Sizes ≥ 1, milliseconds > 0.
    void guess(int tokens, double ms) { knots_[tokens] = {ms, 0}; }
    void observe(int tokens, double ms);
    // 0 while nothing is known.
    double ms(int tokens) const;

    // Sizes and milliseconds, for saving.
    std::vector<std::pair<int, double>> curve() const;

private:
    struct Knot {
        double ms;
        int seen;
    };

    std::map<int, Knot> knots_;
    int seen_ = 0;
};

// The costs of a target and its drafters. Written by the scheduler, read by policies, on the decode thread.
struct PairCosts {
    PassCosts target;
    std::vector<PassCosts> drafters;  // empty curves for those without forward passes
    bool frozen = false;              // true where results must not depend on a clock
};

}  // namespace foretoken
