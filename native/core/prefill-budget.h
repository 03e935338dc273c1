// How many tokens a pass takes on beside those it has to.
#pragma once

#include "pass-costs.h"

namespace foretoken {

// A chunk this small costs little on any machine and lets no prompt starve.
constexpr int kLeastChunk = 8;

// The largest chunk, of the powers of two times kLeastChunk, that keeps a pass with `rows` other tokens within
// `most_ms`; kLeastChunk where none does, and never more than `most`.
int affordable_chunk(const PassCosts & curve, int rows, double most_ms, int most);

}  // namespace foretoken
