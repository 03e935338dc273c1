#include "initial-costs.h"

#include <algorithm>

#include "stopwatch.h"

namespace foretoken {

namespace {

// What a pass of n tokens costs relative to one of a single token, where nothing was measured: memory-bound at first.
constexpr std::pair<int, double> kTypicalCosts[] = {{1, 1},    {2, 1.03}, {4, 1.1}, {8, 1.4},
                                                    {16, 2.2}, {32, 3.8}, {64, 7},  {512, 52}};
constexpr double kBytesPerMs = 25e6;  // a desktop's memory; only ratios matter

void guess(PassCosts & curve, const Model & model) {
    for (const auto & [tokens, cost] : kTypicalCosts) {
        curve.guess(tokens, cost * static_cast<double>(model.weight_bytes()) / kBytesPerMs);
    }
}

void guess(PassCosts & curve, const CostProfile::Curve & values) {
    for (const auto & [tokens, ms] : values) {
        curve.guess(tokens, ms);
    }
}

}  // namespace

void guess_costs(PairCosts & costs, const Model & target, const Model * draft,
                 const std::optional<CostProfile> & profile) {
    // Never both: the table's unit is not the profile's.
    const auto fill = [](PassCosts & curve, const Model & model, const CostProfile::Curve & saved) {
        saved.empty() ? guess(curve, model) : guess(curve, saved);
    };
    const CostProfile saved = profile.value_or(CostProfile{});
    fill(costs.target, target, saved.target);
    if (draft) {
        fill(costs.drafters[0], *draft, saved.draft);
    }
}

void warm_up(PairCosts & costs, PassMeter & meter, int max_sequences, int max_rows) {
    // Row by row up to 8, since the matrix kernel's tiles make steps there.
    constexpr int kRows[] = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64};
    max_rows = std::min(max_rows, max_sequences == 1 ? 16 : 64);
    std::vector<int> draft_tokens = {1, 1, 1, 2, 32};
    for (int width = 4; width <= 2 * max_sequences; width *= 2) {  // after a bonus token a draft reads two
        draft_tokens.push_back(width);
    }
    constexpr int kSweeps = 3;
    constexpr double kBudgetMs = 1000;  // enough once every size was seen
    const auto observe = [&](const Pass & pass, PassCosts & curve) {
        if (meter.fits(pass, 0)) {
            curve.observe(pass.tokens, meter.measure({pass}, 0, 1).front());
        }
    };
    meter.measure({{Pass::Target, 1}}, 0, 1);  // makes buffers and brings the weights in
    Stopwatch watch;
    double spent = 0;
    for (int sweep = 0; sweep < kSweeps && spent < kBudgetMs; ++sweep, spent += watch.lap()) {
        for (const int tokens : draft_tokens) {
            observe({Pass::Draft, tokens}, costs.drafters[0]);
        }
        for (const int rows : kRows) {
            if (rows <= max_rows) {
                observe({Pass::Target, rows}, costs.target);
            }
        }
    }
}

}  // namespace foretoken
