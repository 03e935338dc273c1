// How the tokens of one sequence are chosen: its chain, its constraint, its random streams, and what that costs.
// Used by the scheduler for the target's rows and by drafters for theirs.
#pragma once

#include <memory>

#include "error.h"
#include "random-source.h"
#include "sampling-chain.h"
#include "token-constraint.h"

namespace foretoken {

// Thrown where bias, penalties and grammar together leave no token to draw.
struct NoTokenAllowed : Error {
    NoTokenAllowed() : Error("NO_TOKEN_ALLOWED", "logit bias and grammar leave no token to go on with") {}
};

struct SamplingCost {
    int64_t rows = 0;
    double constraint_ms = 0;  // apart: a grammar's cost depends on the grammar
};

class Sampler {
public:
    Sampler(SamplingOptions options, std::unique_ptr<RandomSource> random,
            std::unique_ptr<TokenConstraint> constraint = nullptr);
    Sampler(const Sampler &) = delete;
    Sampler & operator=(const Sampler &) = delete;

    bool greedy() const { return chain_.greedy(); }
    // Of a row's tokens, how many of the likeliest distribution() looks at; 0: all.
    int likeliest() const { return chain_.likeliest(constraint_ != nullptr); }
    RandomSource & random() { return *random_; }
    const SamplingCost & cost() const { return cost_; }

    // What may follow `text` by this row; empty where nothing may.
    Confidence distribution(const Row & row, std::span<const Token> text, Distribution & out);

    // The constraint goes on with a token, or back by n. Without a constraint, no-ops; true for every token.
    bool allows(Token token);
    void accept(Token token);
    void rewind(int n);

private:
    class TimedConstraint;

    SamplingChain chain_;
    std::unique_ptr<RandomSource> random_;
    std::unique_ptr<TokenConstraint> constraint_;  // timed
    SamplingCost cost_;
};

}  // namespace foretoken
