// Rows as if on a device that finds the likeliest tokens like a real one at its worst: in no order, of equals at the
// end of the list those that the host would not take, NaN above everything. Counts what is read of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "row.h"

namespace foretoken::test {

class FakeDeviceRows final : public DeviceRows {
public:
    // Finds `top` tokens of each row of so many logits.
    void set(std::vector<float> logits, size_t vocabulary, size_t top) {
        logits_ = std::move(logits);
        vocabulary_ = vocabulary;
        top_ = std::min(top, vocabulary);
        tokens_.clear();
        values_.clear();
        for (size_t row = 0; row * vocabulary < logits_.size(); ++row) {
            find(row);
        }
    }

    Found found(size_t row) const override {
        Found found{std::span(tokens_).subspan(row * top_, top_), {}};
        if (top_ > 1) {
            found.logits = std::span(values_).subspan(row * top_, top_);
        }
        return found;
    }
    std::span<const float> logits(size_t row) override {
        reads += 1;
        return all(row);
    }

    int reads = 0;

private:
    std::span<const float> all(size_t row) const { return std::span(logits_).subspan(row * vocabulary_, vocabulary_); }

    void find(size_t row) {
        if (top_ == 1) {
            tokens_.push_back(Row(all(row)).argmax());
            return;
        }
        std::vector<Candidate> candidates;
        for (size_t id = 0; id < vocabulary_; ++id) {
            candidates.push_back({all(row)[id], static_cast<Token>(id)});
        }
        const auto before = [](const Candidate & a, const Candidate & b) {
            if (std::isnan(a.logit) || std::isnan(b.logit)) {
                return std::isnan(a.logit) && !std::isnan(b.logit);
            }
            return a.logit > b.logit || (a.logit == b.logit && a.token > b.token);
        };
        std::stable_sort(candidates.begin(), candidates.end(), before);
        candidates.resize(top_);
        std::rotate(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(top_ / 2), candidates.end());
        for (const Candidate & candidate : candidates) {
            tokens_.push_back(candidate.token);
            values_.push_back(candidate.logit);
        }
    }

    std::vector<float> logits_;
    size_t vocabulary_ = 0;
    size_t top_ = 0;
    std::vector<Token> tokens_;
    std::vector<float> values_;
};

}  // namespace foretoken::test
