// Acceptance rules: what of a draft is kept, and the one token that follows it. Whatever was drafted, the tokens that a
// rule commits follow the target's distribution exactly.
#pragma once

#include <span>

#include "distribution.h"
#include "random-source.h"
#include "types.h"

namespace foretoken {

enum class Verification : uint8_t {
    // Draws the target's own token at each position and accepts the draft while it is the same. At temperature 0 the
    // target's token is its argmax. Takes one number per committed token: the text does not depend on the draft.
    SampleMatch,
    // Accepts each draft token with probability min(1, p/q), else draws from the residual max(p − q, 0).
    // Leviathan et al. 2023, Chen et al. 2023.
    RejectionSampling,
    // Accepts the longest prefix that a joint test allows: never fewer tokens than RejectionSampling in expectation.
    // Sun et al., "Block Verification Accelerates Speculative Decoding", ICLR 2025.
    BlockVerification,
};

struct Verdict {
    int accepted;  // length of the accepted prefix
    Token next;    // the correction after a mismatch, the bonus when all of the draft was accepted
};

// The target's distributions along a draft, made when first asked for.
class TargetDistributions {
public:
    virtual ~TargetDistributions() = default;
    // After the first i draft tokens; empty where nothing may follow them. Valid until the verdict. Asked for in order,
    // at most draft size + 1.
    virtual const Distribution & after(size_t i) = 0;
};

// A draft of any length, 0 included. drafted[i] is what draft[i] was really drawn from, a point mass where it was
// chosen without chance; SampleMatch does not look at it. Throws what `target` throws.
Verdict verify(Verification rule, std::span<const Token> draft, std::span<const Distribution> drafted,
               TargetDistributions & target, RandomSource & random);

}  // namespace foretoken
