// What `exact` asks of a pair's target, and the proof on its own device (docs/adr/0014).
#pragma once

#include "engine.h"

namespace foretoken {

// Whether the target's passes need one shape for that (FixedShapeModel). False without `exact`, and where our own
// kernels give a row the same bits in any pass: on x86-64 processors, with weights that they multiply. Throws Error
// EXACT_UNAVAILABLE where one shape does not suffice, or cannot be had.
bool needs_fixed_shape(const EngineOptions & options, const Model & target);

// Compares tokens evaluated alone with the same tokens in passes of several and after rollbacks, bit for bit, at the
// cache's beginning, across an attention step and far behind. Takes some dozens of passes; empties the cache.
// Throws Error EXACT_UNAVAILABLE where a bit differs.
void require_same_bits(LanguageModel & model, int vocabulary);

}  // namespace foretoken
