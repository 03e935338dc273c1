// A GBNF grammar as a constraint on one sequence, by llama.cpp's grammar sampler. Belongs to the engine's decode thread
// once made.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "llama.h"
#include "model.h"
#include "token-constraint.h"

namespace foretoken {

class Grammar final : public TokenConstraint {
public:
    // The grammar's start is its rule `root`.
    // Throws Error GRAMMAR_INVALID with llama.cpp's words, MODEL_VOCABULARY_MISSING.
    Grammar(std::shared_ptr<const Model> model, const std::string & gbnf);

    bool allows(Token token) override;
    void mask(std::span<float> logits) override;
    // Throws Error GRAMMAR_FAILED.
    void accept(Token token) override;
    void rewind(int n) override;

private:
    struct Free {
        void operator()(llama_sampler * sampler) const { llama_sampler_free(sampler); }
    };
    using State = std::unique_ptr<llama_sampler, Free>;

    // Sets the logit of each candidate that cannot come next to −∞.
    void apply(std::vector<llama_token_data> & candidates);

    std::shared_ptr<const Model> model_;
    std::deque<State> states_;  // after each of the last tokens, the present one last
    std::vector<llama_token_data> candidates_;
};

}  // namespace foretoken
