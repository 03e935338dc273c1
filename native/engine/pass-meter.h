// Times forward passes of a pair's models. Borrows the models; decode thread only, and nothing else may be in their
// caches.
#pragma once

#include <vector>

#include "language-model.h"

namespace foretoken {

// A forward pass to measure.
struct Pass {
    enum Model { Target, Draft } model;
    int tokens;
};

class PassMeter {
public:
    // `draft` may be null. Token ids are taken below `vocabulary`.
    PassMeter(LanguageModel & target, LanguageModel * draft, int vocabulary)
        : target_(target), draft_(draft), vocabulary_(vocabulary) {}

    // Milliseconds of each pass (median of `repeats`) when they run one after the other, each on a cache of `past`
    // tokens; empties the caches. Throws Error ARGUMENT_INVALID before anything is evaluated.
    std::vector<double> measure(const std::vector<Pass> & passes, int past, int repeats);
    bool fits(const Pass & pass, int past) const;

private:
    LanguageModel * model_of(const Pass & pass) const { return pass.model == Pass::Draft ? draft_ : &target_; }
    void eval(LanguageModel & model, Pos from, int tokens, int rows) const;

    LanguageModel & target_;
    LanguageModel * draft_;
    int vocabulary_;
};

}  // namespace foretoken
