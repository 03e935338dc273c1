// Acceptance rules: what of a draft the target would have written itself, and the one token that follows.
#pragma once

#include <span>

#include "language-model.h"
#include "types.h"

namespace foretoken {

struct Verdict {
    int accepted;  // length of the accepted prefix
    Token next;    // the correction after a mismatch, the bonus when all of the draft was accepted
};

// Sample-and-match at temperature 0: a draft token is accepted while it is the target's argmax, so the text is the
// target's own greedy text. Row first_row + i holds the logits after the i-th draft token, row first_row those before
// the draft; there must be draft.size() + 1 of them.
Verdict verify_greedy(const Rows & rows, size_t first_row, std::span<const Token> draft);

}  // namespace foretoken
