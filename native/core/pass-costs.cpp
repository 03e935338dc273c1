#include "pass-costs.h"

#include <algorithm>
#include <cmath>

namespace foretoken {

namespace {

// How far one pass moves its own size, where another ran in between, and the whole curve once many have been seen:
// machines change by the second, what a row more costs relative to one does not.
constexpr double kOwnRate = 0.03;
constexpr double kCommonRate = 0.1;
// A size that did not run was moved with those that did, as though all that was new of them were the machine's. After
// so many passes that is half doubted: seen again, it tells of itself, and nothing of the machine.
constexpr double kStaleAfter = 32;
constexpr double kStaleRate = 0.15;
// A pass that another process interrupted says nothing about its size.
constexpr double kLargestRatio = 1.5;
// While few of a size were seen, one counts for much. None is ever hurried: one that took much less than it should says
// that those before it were interrupted.
constexpr int kFew = 3;
constexpr double kInterrupted = 1.15;
constexpr double kHurried = 0.8;

}  // namespace

void PassCosts::guess(int tokens, double ms) {
    knots_[tokens] = {ms, 0};
    tabulate();
}

void PassCosts::observe(int tokens, double ms) {
    const int size = size_of(tokens);
    const double expected = this->ms(tokens);
    spent_ += expected > 0 ? std::min(ms, kLargestRatio * expected) : ms;
    learn(size, ms * size / tokens, false);
    tabulate();
}

void PassCosts::observe_reading(int tokens, double ms) {
    if (tokens > kExact) {
        const int size = size_of(tokens);
        learn(size, ms * size / tokens, true);
        tabulate();
    }
}

void PassCosts::learn(int size, double ms, bool alone) {
    const double expected = this->ms(size);
    if (expected <= 0) {
        knots_[size] = {ms, 1, 1};
        seen_ = 1;
        return;
    }
    Knot & knot = knots_.try_emplace(size, Knot{expected, 0}).first->second;
    // What seemed dearer than a larger pass was interrupted: it goes on from what the curve says instead.
    knot.ms = std::min(knot.ms, expected);
    const int unseen = passes_since(size);
    knot.last = ++seen_;
    const double ratio = ms / expected;
    if (seen_ == 1) {
        for (auto & [other, value] : knots_) {
            value.ms *= ratio;
        }
        knot.seen = 1;
        return;
    }
    const bool few = knot.seen > 0 && knot.seen <= kFew;
    if (knot.seen == 0 || (few && ratio < kHurried)) {
        knot.ms = ms;
    } else {
        move(knot, std::clamp(ratio, 1 / kLargestRatio, few ? kInterrupted : kLargestRatio), unseen, alone);
    }
    knot.seen += 1;
}

void PassCosts::move(Knot & knot, double ratio, int unseen, bool alone) {
    const double stale = 1 - std::exp2(-unseen / kStaleAfter);
    const double fresh = 1.0 / (knot.seen + 1);
    const double rate = std::max(kCommonRate, 0.5 / seen_) * (1 - std::max(fresh, stale));
    const double common = alone ? 1 : std::pow(ratio, rate);
    for (auto & [other, value] : knots_) {
        value.ms *= common;
    }
    const double own = alone || unseen > 0 ? kOwnRate : 0;
    knot.ms *= std::pow(ratio / common, std::max({own, fresh, kStaleRate * stale}));
}

int PassCosts::passes_since(int size) const {
    const auto knot = knots_.find(size);
    return seen_ - (knot == knots_.end() ? 0 : knot->second.last);
}

double PassCosts::interpolated(int tokens) const {
    const auto above = knots_.lower_bound(tokens);
    if (knots_.empty() || above == knots_.begin()) {
        return knots_.empty() ? 0 : above->second.ms;
    }
    const auto below = std::prev(above);
    if (above != knots_.end()) {
        const double share = static_cast<double>(tokens - below->first) / (above->first - below->first);
        return below->second.ms + share * (above->second.ms - below->second.ms);
    }
    if (below == knots_.begin()) {
        return below->second.ms;
    }
    const auto before = std::prev(below);
    const double per_token = std::max(0.0, below->second.ms - before->second.ms) / (below->first - before->first);
    return below->second.ms + per_token * (tokens - below->first);
}

void PassCosts::tabulate() {
    double least = interpolated(kExact);
    for (int tokens = kExact; tokens >= 1; --tokens) {
        least = std::min(least, interpolated(tokens));
        exact_[static_cast<size_t>(tokens)] = least;
    }
}

std::vector<std::pair<int, double>> PassCosts::curve() const {
    std::vector<std::pair<int, double>> out;
    for (const auto & [tokens, knot] : knots_) {
        out.emplace_back(tokens, knot.ms);
    }
    return out;
}

}  // namespace foretoken
