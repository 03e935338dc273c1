// The passes over a whole row of logits, written so that compilers vectorise them: at 50,000 tokens they are what
// sampling costs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "types.h"

namespace foretoken {

struct Candidate {
    float logit;
    Token token;
};

// The likeliest first, the lowest id among equals.
inline bool likelier(const Candidate & a, const Candidate & b) {
    return a.logit > b.logit || (a.logit == b.logit && a.token < b.token);
}

// −∞ for an empty row; NaN never wins.
float highest(std::span<const float> logits);

// With z = (logit − max) · scale: Σ e^z and Σ z·e^z. Values of e^z below 1e-37 count as 0.
struct SoftmaxSums {
    double sum = 0;
    double weighted = 0;
};
SoftmaxSums softmax_sums(std::span<const float> logits, float max, float scale);
// The same, and writes e^z for each logit.
SoftmaxSums exponentials(std::span<const float> logits, float max, float scale, float * out);

// The n likeliest finite logits in falling order, fewer where there are not as many.
void likeliest(std::span<const float> logits, size_t n, std::vector<Candidate> & out);

}  // namespace foretoken
