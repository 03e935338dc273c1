// A model's file in a smaller weight type, by llama.cpp's quantiser.
#pragma once

#include <string>

namespace foretoken {

// Writes `destination`; what it holds after an error is of no use. `type`: "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0".
// Reads the source piece by piece. Any thread; cannot be interrupted.
// Throws Error ARGUMENT_INVALID, QUANTIZE_FAILED, and what read_model_header throws.
void quantize_model(const std::string & source, const std::string & destination, const std::string & type, int threads);

}  // namespace foretoken
