// What an engine believes of its passes' costs before any request: a table by model size, a saved profile, a short
// warm-up.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "model.h"
#include "pass-costs.h"
#include "pass-meter.h"

namespace foretoken {

// Milliseconds of passes by their number of tokens, as saved by an earlier engine.
struct CostProfile {
    using Curve = std::vector<std::pair<int, double>>;
    Curve target;
    Curve draft;
};

// The model drafter, where there is one (`draft` is not null), is the costs' first. A curve that the profile has is
// taken from it alone.
void guess_costs(PairCosts & costs, const Model & target, const Model * draft,
                 const std::optional<CostProfile> & profile);

// Passes of the sizes that drafts of so many sequences lead to, up to `max_rows` of the target, for about a second and
// each at least once, so that the first rounds know their costs.
void warm_up(PairCosts & costs, PassMeter & meter, int max_sequences, int max_rows);

}  // namespace foretoken
