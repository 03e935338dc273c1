// What restricts the tokens of one sequence, a grammar for example. Implemented in the engine.
#pragma once

#include <span>

#include "types.h"

namespace foretoken {

class TokenConstraint {
public:
    virtual ~TokenConstraint() = default;

    virtual bool allows(Token token) = 0;
    // Sets the logits of all tokens that are not allowed to −∞.
    virtual void mask(std::span<float> logits) = 0;
    // Goes on with an allowed token. Throws what explains why it cannot.
    virtual void accept(Token token) = 0;
    // Takes back the last `n` accepted tokens.
    virtual void rewind(int n) = 0;
};

}  // namespace foretoken
