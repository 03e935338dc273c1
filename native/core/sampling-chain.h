// From a row of logits to the distribution tokens are drawn from: logit bias, penalties, top-k, typical-p, top-p,
// min-p, temperature, in the order and with the arithmetic of llama.cpp's default chain.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "distribution.h"
#include "row.h"
#include "softmax.h"
#include "token-constraint.h"

namespace foretoken {

struct SamplingOptions {
    float temperature = 0;        // ≥ 0; 0 takes the likeliest token
    int top_k = 40;               // likeliest tokens kept; 0 keeps all
    float top_p = 0.95F;          // in (0, 1]; 1 keeps all. Nucleus sampling, Holtzman et al. 2020
    float min_p = 0.05F;          // in [0, 1], relative to the likeliest; 0 keeps all
    float typical_p = 1;          // in (0, 1]; 1 keeps all. Locally typical sampling, Meister et al. 2022
    float repeat_penalty = 1;     // > 0; 1 is none. Divides positive logits of recent tokens, multiplies negative ones
    float frequency_penalty = 0;  // subtracted for every time a token occurs among the recent ones
    float presence_penalty = 0;   // subtracted once for a token among the recent ones
    int penalty_last_n = 64;      // recent tokens the penalties look at, prompt included; −1 is all
    std::vector<std::pair<Token, float>> logit_bias;  // added to logits; −∞ bans a token
};

// How sure a distribution is of its next token.
struct Confidence {
    float top = 1;      // the highest probability
    float entropy = 0;  // in nats
};

struct TokenLogprob {
    Token token;
    float logprob;
};

class SamplingChain {
public:
    explicit SamplingChain(SamplingOptions options);

    // Also where the temperature is too low to divide by.
    bool greedy() const { return options_.temperature < 1e-30F; }
    // Writes the distribution of the token that follows `text` given its row, and returns how sure it is; a point mass
    // when greedy, empty where every token is banned. `constraint` may be null.
    Confidence distribution(const Row & row, std::span<const Token> text, TokenConstraint * constraint,
                            Distribution & out);
    // Of a row's tokens, how many of the likeliest distribution() looks at, as a rule; 0: all.
    int likeliest(bool constrained) const;

private:
    bool penalises() const;
    bool adjusts() const { return !options_.logit_bias.empty() || penalises(); }
    // The row with bias and penalties: itself where there are none, else a copy in scratch_.
    Row adjusted(const Row & row, std::span<const Token> text);
    Row masked(const Row & row, TokenConstraint & constraint);
    void greedy_point(const Row & row, TokenConstraint * constraint, Distribution & out);
    // Leaves in candidates_ what may be drawn, the likeliest first.
    void truncate(const Row & row);
    void keep_typical();
    void keep_top_p(double total);

    SamplingOptions options_;
    std::vector<float> scratch_;
    std::vector<Candidate> candidates_;
};

// Confidence of softmax(logits), without truncation.
Confidence confidence_of(std::span<const float> logits);
// ln softmax(logits) of `token`, and of the n likeliest tokens in falling order: the model's own, before any sampling.
float logprob_of(std::span<const float> logits, Token token);
std::vector<TokenLogprob> top_logprobs(std::span<const float> logits, size_t n);

}  // namespace foretoken
