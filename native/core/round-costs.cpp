#include "round-costs.h"

namespace foretoken {

std::span<const double> RoundCosts::shares(const PassCosts & target, const BatchLoad & load, int longest) {
    if (rows_ != load.rows || drafting_ != load.drafting || passes_ != target.passes()) {
        rows_ = load.rows;
        drafting_ = load.drafting;
        passes_ = target.passes();
        shares_.clear();
    }
    while (static_cast<int>(shares_.size()) <= longest) {
        const int drawn = static_cast<int>(shares_.size());
        shares_.push_back(target.ms(rows_ + drafting_ * drawn) / drafting_);
    }
    return shares_;
}

}  // namespace foretoken
