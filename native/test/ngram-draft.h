// Drafting with an n-gram drafter, as the scheduler would.
#pragma once

#include <memory>
#include <vector>

#include "fixed-policies.h"
#include "ngram-drafter.h"

namespace foretoken::test {

using Tokens = std::vector<Token>;

inline Sampler free_sampler() {
    return Sampler({}, std::make_unique<SeededRandom>(1));
}

inline DraftRequest propose(NgramDrafter & drafter, SeqId seq, int max_tokens, DraftPolicy & policy, Sampler & sampler,
                            BatchLoad & load) {
    DraftRequest request{seq, max_tokens, &policy, &sampler, nullptr, true, true};
    drafter.propose({&request, 1}, load);
    return request;
}

inline DraftRequest propose(NgramDrafter & drafter, SeqId seq, int max_tokens, DraftPolicy & policy,
                            Sampler & sampler) {
    BatchLoad load;
    return propose(drafter, seq, max_tokens, policy, sampler, load);
}

inline Tokens draft(NgramDrafter & drafter, SeqId seq, int max_tokens = 4) {
    FixedDraftLength policy(max_tokens);
    Sampler sampler = free_sampler();
    return propose(drafter, seq, max_tokens, policy, sampler).tokens;
}

inline float first_chance(NgramDrafter & drafter, SeqId seq) {
    const DrafterView view = drafter.view(seq);
    return view.first ? view.first->top : 0;
}

inline void end_text(NgramDrafter & drafter, const Tokens & text) {
    drafter.begin(99, text);
    drafter.end(99);
    drafter.remember(text);
}

}  // namespace foretoken::test
