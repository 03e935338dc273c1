#include "target-rows.h"

#include <algorithm>

namespace foretoken {

TargetRows::TargetRows(Sampler & sampler, std::vector<Token> & committed, std::span<const Token> draft,
                       const Rows & rows, size_t first_row, std::vector<Distribution> & distributions)
    : sampler_(sampler),
      committed_(committed),
      draft_(draft),
      rows_(rows),
      first_row_(first_row),
      distributions_(distributions) {
    distributions_.resize(std::max(distributions_.size(), draft.size() + 1));
}

TargetRows::~TargetRows() {
    committed_.resize(committed_.size() - followed_);
    sampler_.rewind(static_cast<int>(followed_));
}

const Distribution & TargetRows::after(size_t i) {
    while (known_ <= i) {
        if (known_ > 0) {
            const Token token = draft_[followed_];
            sampler_.accept(token);
            committed_.push_back(token);
            followed_ += 1;
        }
        sampler_.distribution(rows_[first_row_ + known_], committed_, distributions_[known_]);
        known_ += 1;
    }
    return distributions_[i];
}

}  // namespace foretoken
