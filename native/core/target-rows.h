// The target's distributions along one draft, made from the rows of a verify pass as verification asks for them.
//
// Borrows everything. While it lives the committed text is lengthened by the draft tokens whose rows were looked at,
// and the sampler's constraint is as far; both are as before when it ends. Decode thread only.
#pragma once

#include <span>
#include <vector>

#include "distribution.h"
#include "language-model.h"
#include "sampler.h"
#include "verification.h"

namespace foretoken {

class TargetRows final : public TargetDistributions {
public:
    // Row first_row + i of `rows` follows the first i tokens of `draft`. `distributions` is memory kept between rounds.
    TargetRows(Sampler & sampler, std::vector<Token> & committed, std::span<const Token> draft, const Rows & rows,
               size_t first_row, std::vector<Distribution> & distributions);
    ~TargetRows() override;
    TargetRows(const TargetRows &) = delete;
    TargetRows & operator=(const TargetRows &) = delete;

    const Distribution & after(size_t i) override;

private:
    Sampler & sampler_;
    std::vector<Token> & committed_;
    std::span<const Token> draft_;
    const Rows & rows_;
    size_t first_row_;
    std::vector<Distribution> & distributions_;
    size_t known_ = 0;     // rows turned into distributions
    size_t followed_ = 0;  // draft tokens appended to the text
};

}  // namespace foretoken
