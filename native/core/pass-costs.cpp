#include "pass-costs.h"

#include <algorithm>
#include <cmath>

namespace foretoken {

namespace {

// Sizes up to this are kept apart: a row more or less is what a draft decides. Larger ones come in steps of it.
constexpr int kExact = 64;
// How far one pass moves its own size and the whole curve once many have been seen.
constexpr double kOwnRate = 0.1;
constexpr double kCommonRate = 0.05;
// A pass that another process interrupted says nothing about its size.
constexpr double kLargestRatio = 1.5;

int nearest_size(int tokens) {
    return tokens <= kExact ? tokens : (tokens + kExact / 2) / kExact * kExact;
}

}  // namespace

void PassCosts::observe(int tokens, double ms) {
    const int size = nearest_size(tokens);
    ms *= static_cast<double>(size) / tokens;
    const double expected = this->ms(size);
    if (expected <= 0) {
        knots_[size] = {ms, 1};
        seen_ = 1;
        return;
    }
    auto & knot = knots_.try_emplace(size, Knot{expected, 0}).first->second;
    double ratio = ms / expected;
    if (seen_++ == 0) {
        for (auto & [other, value] : knots_) {
            value.ms *= ratio;
        }
        knot.seen = 1;
        return;
    }
    if (knot.seen > 2) {
        ratio = std::clamp(ratio, 1 / kLargestRatio, kLargestRatio);
    }
    const double common = std::pow(ratio, std::max(kCommonRate, knot.seen > 0 ? 0.5 / seen_ : 0.0));
    for (auto & [other, value] : knots_) {
        value.ms *= common;
    }
    knot.ms *= std::pow(ratio / common, std::max(kOwnRate, 1.0 / (knot.seen + 1)));
    knot.seen += 1;
}

double PassCosts::ms(int tokens) const {
    if (knots_.empty()) {
        return 0;
    }
    const auto above = knots_.lower_bound(tokens);
    if (above == knots_.begin()) {
        return above->second.ms;
    }
    const auto below = std::prev(above);
    if (above != knots_.end()) {
        const double share = static_cast<double>(tokens - below->first) / (above->first - below->first);
        return below->second.ms + share * (above->second.ms - below->second.ms);
    }
    const double per_token = below == knots_.begin()
                                 ? 0
                                 : std::max(0.0, below->second.ms - std::prev(below)->second.ms) /
                                       (below->first - std::prev(below)->first);
    return below->second.ms + per_token * (tokens - below->first);
}

std::vector<std::pair<int, double>> PassCosts::curve() const {
    std::vector<std::pair<int, double>> out;
    for (const auto & [tokens, knot] : knots_) {
        out.emplace_back(tokens, knot.ms);
    }
    return out;
}

}  // namespace foretoken
