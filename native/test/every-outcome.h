// A source of randomness that explores every outcome instead of drawing one: closed forms by enumeration, through the
// real scheduler, drafters, policies and rules.
#pragma once

#include <functional>
#include <vector>

#include "random-source.h"

namespace foretoken::test {

class OutcomeTree {
public:
    // Runs `round` once for each path of outcomes with positive probability, giving it the path's probability.
    void explore(const std::function<void()> & run, const std::function<void(double)> & visit) {
        path_.clear();
        do {
            depth_ = 0;
            weight_ = 1;
            run();
            visit(weight_);
            paths += 1;
        } while (advance());
    }

    // The outcome to take now among those of these probabilities.
    size_t branch(const std::vector<double> & probabilities) {
        if (depth_ == path_.size()) {
            path_.push_back({next(probabilities, 0), probabilities});
        }
        const Choice & choice = path_[depth_++];
        weight_ *= choice.probabilities[choice.index];
        return choice.index;
    }

    int paths = 0;

private:
    struct Choice {
        size_t index;
        std::vector<double> probabilities;
    };

    static size_t next(const std::vector<double> & probabilities, size_t from) {
        while (from < probabilities.size() && probabilities[from] <= 0) {
            ++from;
        }
        return from;
    }

    bool advance() {
        while (!path_.empty()) {
            Choice & last = path_.back();
            last.index = next(last.probabilities, last.index + 1);
            if (last.index < last.probabilities.size()) {
                return true;
            }
            path_.pop_back();
        }
        return false;
    }

    std::vector<Choice> path_;
    size_t depth_ = 0;
    double weight_ = 1;
};

class EveryOutcome final : public RandomSource {
public:
    explicit EveryOutcome(OutcomeTree & tree) : tree_(tree) {}

    Token choose(const Distribution & distribution, Stream) override {
        return distribution
            .tokens[tree_.branch({distribution.probabilities.begin(), distribution.probabilities.end()})];
    }
    bool chance(double probability, Stream) override {
        const double p = std::min(1.0, std::max(0.0, probability));
        return tree_.branch({1 - p, p}) == 1;
    }

private:
    OutcomeTree & tree_;
};

}  // namespace foretoken::test
