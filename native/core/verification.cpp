#include "verification.h"

#include <algorithm>

#include "sampler.h"

namespace foretoken {

namespace {

// What a token is drawn from. Throws NoTokenAllowed.
const Distribution & some(const Distribution & distribution) {
    if (distribution.empty()) {
        throw NoTokenAllowed();
    }
    return distribution;
}

Verdict sample_match(std::span<const Token> draft, TargetDistributions & target, RandomSource & random) {
    for (size_t i = 0;; ++i) {
        const Token token = random.choose(some(target.after(i)), Stream::Target);
        if (i == draft.size() || token != draft[i]) {
            return {static_cast<int>(i), token};
        }
    }
}

Verdict reject_token_wise(std::span<const Token> draft, std::span<const Distribution> drafted,
                          TargetDistributions & target, RandomSource & random) {
    for (size_t i = 0; i < draft.size(); ++i) {
        const Distribution & p = target.after(i);
        const Distribution & q = drafted[i];
        const double ratio =
            static_cast<double>(p.probability(draft[i])) / static_cast<double>(q.probability(draft[i]));
        if (!random.chance(ratio, Stream::Acceptance)) {
            return {static_cast<int>(i), random.choose(residual(some(p), 1, q), Stream::Target)};
        }
    }
    return {static_cast<int>(draft.size()), random.choose(some(target.after(draft.size())), Stream::Target)};
}

// Sun et al. 2025, algorithm 2. `joint` is pᵢ, the chance with which the first i tokens may be kept: pᵢ₋₁ ·
// p(xᵢ)/q(xᵢ), at most 1. Each length is tested on its own and the longest that passes wins. The last length's own
// chance is pᵧ; a shorter one's is raised by what longer ones cannot take, hᵢ = Sᵢ / (Sᵢ + 1 − pᵢ) with Sᵢ = Σ max(pᵢ ·
// p − q, 0), so that a prefix of length i is kept with probability pᵢ however the draft goes on and wherever it was
// stopped.
Verdict verify_block(std::span<const Token> draft, std::span<const Distribution> drafted, TargetDistributions & target,
                     RandomSource & random) {
    double joint = 1;
    size_t accepted = 0;
    double joint_accepted = 1;
    for (size_t i = 1; i <= draft.size(); ++i) {
        const Distribution & q = drafted[i - 1];
        const double ratio = static_cast<double>(target.after(i - 1).probability(draft[i - 1])) /
                             static_cast<double>(q.probability(draft[i - 1]));
        joint = std::min(joint * ratio, 1.0);
        if (joint <= 0) {
            break;  // nor can anything behind this token be kept
        }
        double chance = joint;
        if (i < draft.size()) {
            const double left = excess(target.after(i), joint, drafted[i]);
            chance = left > 0 ? left / (left + 1 - joint) : 0;
        }
        if (random.chance(chance, Stream::Acceptance)) {
            accepted = i;
            joint_accepted = joint;
        }
    }
    const Distribution & p = some(target.after(accepted));
    const bool all = accepted == draft.size();
    return {static_cast<int>(accepted),
            random.choose(all ? p : residual(p, joint_accepted, drafted[accepted]), Stream::Target)};
}

}  // namespace

Verdict verify(Verification rule, std::span<const Token> draft, std::span<const Distribution> drafted,
               TargetDistributions & target, RandomSource & random) {
    switch (rule) {
    case Verification::RejectionSampling: return reject_token_wise(draft, drafted, target, random);
    case Verification::BlockVerification: return verify_block(draft, drafted, target, random);
    default: return sample_match(draft, target, random);
    }
}

}  // namespace foretoken
