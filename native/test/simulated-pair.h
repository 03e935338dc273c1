// A pair that exists only as numbers: what its passes cost and how often its draft agrees, so that what a policy gains
// can be asserted without a clock.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "adaptive-draft-length.h"
#include "fake-language-model.h"

namespace foretoken::test {

constexpr int kWords = 200;
// Milliseconds by tokens of a pass.
using Curve = std::vector<std::pair<int, double>>;

struct Machine {
    const char * name;
    Curve target;
    Curve draft;
};

inline uint64_t mixed(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

inline double uniform(uint64_t x) {
    return static_cast<double>(mixed(x) >> 11) * 0x1.0p-53;
}

// The successor of a token at a position of a text, told by its first token, and what the draft makes of it.
struct World {
    uint64_t seed = 1;
    std::function<double(size_t)> agreement;  // at a length of the text
    bool informative = false;

    static uint64_t key(std::span<const Token> text, uint64_t factor) {
        return static_cast<uint64_t>(text.front()) * 1000003 + text.size() * factor +
               static_cast<uint64_t>(text.back());
    }
    Token successor(std::span<const Token> text) const {
        return static_cast<Token>(mixed(seed * 7919 + key(text, 31)) % kWords);
    }
    // Half of the tokens are easy: the draft is surer of them and more often right.
    double chance(std::span<const Token> text, bool easy) const {
        const double alpha = agreement(text.size());
        const double spread = informative ? std::min(alpha, 1 - alpha) * 0.8 : 0;
        return alpha + (easy ? spread : -spread);
    }
    std::vector<float> draft_logits(std::span<const Token> text) const {
        const uint64_t state = seed * 104729 + key(text, 17);
        const bool easy = mixed(state) % 2 == 0;
        const bool right = uniform(state * 3 + 1) < chance(text, easy);
        std::vector<float> logits(kWords, 0.0F);
        const Token token = (successor(text) + (right ? 0 : 1)) % kWords;
        logits[static_cast<size_t>(token)] = informative ? (easy ? 11.0F : 7.0F) : 9.0F;
        return logits;
    }
};

class Endless final : public TokenTable {
public:
    std::string_view piece(Token) const override { return ""; }
    bool ends_generation(Token) const override { return false; }
};

// Costs known, everything else to be learnt.
inline std::shared_ptr<PairExperience> experience(const Machine & machine) {
    auto pair = std::make_shared<PairExperience>();
    pair->costs.drafters.resize(1);
    pair->calibrations.resize(1);
    for (const auto & [tokens, ms] : machine.target) {
        pair->costs.target.guess(tokens, ms);
    }
    for (const auto & [tokens, ms] : machine.draft) {
        pair->costs.drafters[0].guess(tokens, ms);
    }
    return pair;
}

inline double cost(const PassCosts & costs, const std::vector<int> & batches) {
    double ms = 0;
    for (const int tokens : batches) {
        ms += costs.ms(tokens);
    }
    return ms;
}

}  // namespace foretoken::test
