#include "row.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace foretoken {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Lanes the compiler can keep in vector registers; each holds the best of every kLanes-th value.
constexpr size_t kLanes = 32;

Token argmax_of(std::span<const float> values) {
    std::array<float, kLanes> best;
    std::array<int32_t, kLanes> index{};
    best.fill(-kInfinity);

    const size_t blocks = values.size() / kLanes;
    for (size_t block = 0; block < blocks; ++block) {
        const float * x = values.data() + block * kLanes;
        for (size_t lane = 0; lane < kLanes; ++lane) {
            const bool better = x[lane] > best[lane];
            best[lane] = better ? x[lane] : best[lane];
            index[lane] = better ? static_cast<int32_t>(block) : index[lane];
        }
    }

    Token token = -1;
    float highest = -kInfinity;
    const auto consider = [&](float value, size_t id) {
        const Token candidate = static_cast<Token>(id);
        if (value > highest || (value == highest && candidate < token)) {
            highest = value;
            token = candidate;
        }
    };
    for (size_t lane = 0; lane < kLanes; ++lane) {
        consider(best[lane], static_cast<size_t>(index[lane]) * kLanes + lane);
    }
    for (size_t id = blocks * kLanes; id < values.size(); ++id) {
        consider(values[id], id);
    }
    return token;
}

}  // namespace

Row Row::first(size_t vocabulary) const {
    Row row = *this;
    row.vocabulary_ = std::min(vocabulary, vocabulary_);
    return row;
}

std::span<const float> Row::logits() const {
    return (rows_ ? rows_->logits(index_) : logits_).first(vocabulary_);
}

Token Row::argmax() const {
    if (rows_) {
        const DeviceRows::Found found = rows_->found(index_);
        if (found.logits.empty() && found.tokens.front() < static_cast<Token>(vocabulary_)) {
            return found.tokens.front();
        }
        std::vector<Candidate> best;
        if (!found.logits.empty() && this->found(1, best)) {
            return best.empty() ? -1 : best.front().token;
        }
    }
    return argmax_of(logits());
}

void Row::likeliest(size_t n, std::vector<Candidate> & out) const {
    if (!rows_ || !found(n, out)) {
        foretoken::likeliest(logits(), n, out);
    }
}

bool Row::found(size_t n, std::vector<Candidate> & out) const {
    const auto [tokens, logits] = rows_->found(index_);
    if (logits.empty() || std::any_of(logits.begin(), logits.end(), [](float x) { return std::isnan(x); })) {
        return false;
    }
    const float lowest = *std::min_element(logits.begin(), logits.end());
    out.clear();
    for (size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] > lowest && static_cast<size_t>(tokens[i]) < vocabulary_) {
            out.push_back({logits[i], tokens[i]});
        }
    }
    if (out.size() < n && lowest > -kInfinity) {
        return false;
    }
    n = std::min(n, out.size());
    std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n), out.end(), likelier);
    out.resize(n);
    return true;
}

}  // namespace foretoken
