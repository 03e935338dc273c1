#pragma once

#include <string>

#include "ggml.h"

namespace foretoken {

// The type that a cache's keys and values are kept in, by ggml's name for it: f32, f16, bf16, q8_0, q5_1, q5_0, q4_1,
// q4_0, iq4_nl. Throws Error ARGUMENT_INVALID for others.
enum ggml_type to_kv_type(const std::string & name);

}  // namespace foretoken
