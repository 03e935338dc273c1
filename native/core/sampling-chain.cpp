#include "sampling-chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

namespace foretoken {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

double weight(const Candidate & candidate, float max) {
    return std::exp(static_cast<double>(candidate.logit - max));
}

// Of candidates whose first is the likeliest.
double cumulative_weight(const std::vector<Candidate> & candidates) {
    return std::accumulate(candidates.begin(), candidates.end(), 0.0,
                           [&](double sum, const Candidate & c) { return sum + weight(c, candidates.front().logit); });
}

// Keeps the first candidates until their weights reach the limit, one at least.
void keep_prefix(std::vector<Candidate> & candidates, float max, double limit) {
    double sum = 0;
    size_t kept = 0;
    do {
        sum += weight(candidates[kept++], max);
    } while (kept < candidates.size() && sum < limit);
    candidates.resize(kept);
}

// Divides by the sum and drops what cannot be drawn.
void normalise(Distribution & out, double sum) {
    const float factor = static_cast<float>(1 / sum);
    size_t kept = 0;
    for (size_t i = 0; i < out.tokens.size(); ++i) {
        out.tokens[kept] = out.tokens[i];
        out.probabilities[kept] = out.probabilities[i] * factor;
        kept += out.probabilities[i] > 0;
    }
    out.tokens.resize(kept);
    out.probabilities.resize(kept);
}

Confidence confidence(const SoftmaxSums & sums) {
    return {static_cast<float>(1 / sums.sum), static_cast<float>(std::log(sums.sum) - sums.weighted / sums.sum)};
}

}  // namespace

SamplingChain::SamplingChain(SamplingOptions options) : options_(std::move(options)) {}

bool SamplingChain::penalises() const {
    return options_.penalty_last_n != 0 &&
           (options_.repeat_penalty != 1 || options_.frequency_penalty != 0 || options_.presence_penalty != 0);
}

int SamplingChain::likeliest(bool constrained) const {
    if (adjusts()) {
        return 0;
    }
    return greedy() ? 1 : constrained ? 0 : options_.top_k;
}

Row SamplingChain::adjusted(const Row & row, std::span<const Token> text) {
    if (!adjusts()) {
        return row;
    }
    const std::span<const float> logits = row.logits();
    scratch_.assign(logits.begin(), logits.end());
    for (const auto & [token, bias] : options_.logit_bias) {
        if (static_cast<size_t>(token) < scratch_.size()) {
            scratch_[static_cast<size_t>(token)] += bias;
        }
    }
    if (penalises()) {
        if (options_.penalty_last_n > 0 && text.size() > static_cast<size_t>(options_.penalty_last_n)) {
            text = text.last(static_cast<size_t>(options_.penalty_last_n));
        }
        std::unordered_map<Token, int> counts;
        for (const Token token : text) {
            counts[token] += 1;
        }
        for (const auto & [token, count] : counts) {
            if (static_cast<size_t>(token) >= scratch_.size()) {
                continue;
            }
            float & logit = scratch_[static_cast<size_t>(token)];
            logit = logit <= 0 ? logit * options_.repeat_penalty : logit / options_.repeat_penalty;
            logit -= static_cast<float>(count) * options_.frequency_penalty + options_.presence_penalty;
        }
    }
    return std::span<const float>(scratch_);
}

Row SamplingChain::masked(const Row & row, TokenConstraint & constraint) {
    const std::span<const float> logits = row.logits();
    if (logits.data() != scratch_.data()) {
        scratch_.assign(logits.begin(), logits.end());
    }
    constraint.mask(scratch_);
    return std::span<const float>(scratch_);
}

Confidence SamplingChain::distribution(const Row & whole, std::span<const Token> text, TokenConstraint * constraint,
                                       Distribution & out) {
    out.clear();
    Row row = adjusted(whole, text);
    if (greedy()) {
        greedy_point(row, constraint, out);
        return {};
    }
    if (constraint) {
        row = masked(row, *constraint);
    }
    const float scale = 1 / options_.temperature;
    SoftmaxSums sums;
    if (options_.top_k == 0 && options_.typical_p >= 1 && options_.top_p >= 1 && options_.min_p <= 0) {
        const std::span<const float> logits = row.logits();
        out.tokens.resize(logits.size());
        out.probabilities.resize(logits.size());
        std::iota(out.tokens.begin(), out.tokens.end(), 0);
        sums = exponentials(logits, highest(logits), scale, out.probabilities.data());
    } else {
        truncate(row);
        const float max = candidates_.empty() ? 0 : candidates_.front().logit;
        std::sort(candidates_.begin(), candidates_.end(), [](auto & a, auto & b) { return a.token < b.token; });
        for (const Candidate & candidate : candidates_) {
            out.tokens.push_back(candidate.token);
            out.probabilities.push_back(candidate.logit);
        }
        sums = exponentials(out.probabilities, max, scale, out.probabilities.data());
    }
    normalise(out, sums.sum);
    return confidence(sums);
}

void SamplingChain::greedy_point(const Row & row, TokenConstraint * constraint, Distribution & out) {
    out.clear();
    Token token = row.argmax();
    if (constraint && token >= 0 && !constraint->allows(token)) {
        // Only then is the whole vocabulary asked about.
        token = masked(row, *constraint).argmax();
    }
    if (token >= 0) {
        out.tokens.push_back(token);
        out.probabilities.push_back(1);
    }
}

void SamplingChain::truncate(const Row & row) {
    const double top_p = static_cast<double>(options_.top_p);
    if (options_.top_k > 0) {
        row.likeliest(static_cast<size_t>(options_.top_k), candidates_);
    } else if (options_.typical_p < 1) {
        row.likeliest(row.logits().size(), candidates_);
    }
    double total = 0;
    if (options_.top_k > 0 || options_.typical_p < 1) {
        if (options_.typical_p < 1) {
            keep_typical();
        }
        total = cumulative_weight(candidates_);
    } else {
        // Top-p and min-p keep the likeliest few: sorting the whole vocabulary would cost more than a draft step.
        const std::span<const float> logits = row.logits();
        total = softmax_sums(logits, highest(logits), 1).sum;
        for (size_t n = 256;; n *= 8) {
            foretoken::likeliest(logits, n, candidates_);
            const bool enough = candidates_.empty() || cumulative_weight(candidates_) >= top_p * total ||
                                candidates_.back().logit < candidates_.front().logit + std::log(options_.min_p);
            if (enough || n >= logits.size()) {
                break;
            }
        }
    }
    if (options_.top_p < 1) {
        keep_top_p(total);
    }
    if (options_.min_p > 0 && !candidates_.empty()) {
        const float lowest = candidates_.front().logit + std::log(options_.min_p);
        std::erase_if(candidates_, [&](const Candidate & c) { return c.logit < lowest; });
    }
}

void SamplingChain::keep_typical() {
    if (candidates_.empty()) {
        return;
    }
    const float max = candidates_.front().logit;
    const double total = cumulative_weight(candidates_);
    double entropy = 0;
    const auto surprise = [&](const Candidate & c) { return std::log(total) - static_cast<double>(c.logit - max); };
    for (const Candidate & c : candidates_) {
        entropy += weight(c, max) / total * surprise(c);
    }
    std::stable_sort(candidates_.begin(), candidates_.end(), [&](const Candidate & a, const Candidate & b) {
        return std::abs(surprise(a) - entropy) < std::abs(surprise(b) - entropy);
    });
    keep_prefix(candidates_, max, static_cast<double>(options_.typical_p) * total);
    std::sort(candidates_.begin(), candidates_.end(), likelier);
}

void SamplingChain::keep_top_p(double total) {
    if (!candidates_.empty()) {
        keep_prefix(candidates_, candidates_.front().logit, static_cast<double>(options_.top_p) * total);
    }
}

Confidence confidence_of(std::span<const float> logits) {
    return confidence(softmax_sums(logits, highest(logits), 1));
}

float logprob_of(std::span<const float> logits, Token token) {
    const float max = highest(logits);
    const double sum = softmax_sums(logits, max, 1).sum;
    return logits[static_cast<size_t>(token)] - max - static_cast<float>(std::log(sum));
}

std::vector<TokenLogprob> top_logprobs(std::span<const float> logits, size_t n) {
    std::vector<Candidate> candidates;
    likeliest(logits, n, candidates);
    std::vector<TokenLogprob> out;
    const float max = highest(logits);
    const float log_sum = static_cast<float>(std::log(softmax_sums(logits, max, 1).sum));
    for (const Candidate & candidate : candidates) {
        out.push_back({candidate.token, candidate.logit - max - log_sum});
    }
    return out;
}

}  // namespace foretoken
