#include "verification.h"

namespace foretoken {

Verdict verify_greedy(const Rows & rows, size_t first_row, std::span<const Token> draft) {
    for (size_t i = 0; i < draft.size(); ++i) {
        const Token token = rows.argmax(first_row + i);
        if (token != draft[i]) {
            return {static_cast<int>(i), token};
        }
    }
    return {static_cast<int>(draft.size()), rows.argmax(first_row + draft.size())};
}

}  // namespace foretoken
