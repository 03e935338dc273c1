// What verifying costs each sequence of a round, by the number of tokens that all of them draft. They ask for the same
// numbers one after the other, thousands of times a second, so the last round's are kept.
#pragma once

#include <span>
#include <vector>

#include "draft-policy.h"
#include "pass-costs.h"

namespace foretoken {

class RoundCosts {
public:
    // [i] = one sequence's share, in milliseconds, of a pass in which each drafts i tokens, up to `longest` ones. Valid
    // until the next call.
    std::span<const double> shares(const PassCosts & target, const BatchLoad & load, int longest);

private:
    int rows_ = 0;
    int drafting_ = 0;
    int passes_ = -1;  // that the costs were learnt from
    std::vector<double> shares_;
};

}  // namespace foretoken
