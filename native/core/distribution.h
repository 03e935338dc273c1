// A probability distribution over tokens, as it is left after truncation: only the tokens that can be drawn.
#pragma once

#include <span>
#include <vector>

#include "types.h"

namespace foretoken {

// Tokens ascend, probabilities are positive and sum to 1. Empty where nothing can be drawn.
struct Distribution {
    std::vector<Token> tokens;
    std::vector<float> probabilities;

    static Distribution point(Token token) { return {{token}, {1.0F}}; }

    bool empty() const { return tokens.empty(); }
    void clear();
    float probability(Token token) const;
    // The likeliest token, the lowest id among equals. Requires a token.
    Token mode() const;
    // The token at which the cumulative probability exceeds u, in [0, 1); the mode where rounding left the sum below
    // it. Requires a token.
    Token at(double u) const;
};

// Σ max(scale · p(x) − q(x), 0) over all tokens x.
double excess(const Distribution & p, double scale, const Distribution & q);
// What is left of p where q has not taken it: max(scale · p − q, 0), renormalised. p itself where rounding leaves
// nothing.
Distribution residual(const Distribution & p, double scale, const Distribution & q);

}  // namespace foretoken
