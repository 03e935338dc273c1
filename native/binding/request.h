// What JS asks a generation for, as the scheduler takes it.
#pragma once

#include <napi.h>

#include "engine.h"

namespace foretoken {

constexpr int kMaxDraftTokens = 64;

// Milliseconds by tokens: an array of pairs. Throws Error ARGUMENT_INVALID.
CostProfile::Curve to_curve(const Napi::Value & value, const char * name);
// All but the listener and the abort flag. Throws Error ARGUMENT_INVALID, GRAMMAR_INVALID, MODEL_VOCABULARY_MISSING.
Request to_request(const Engine & engine, const Napi::Object & object);

}  // namespace foretoken
