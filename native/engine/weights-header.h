#pragma once

#include <string>

#include "gguf.h"

namespace foretoken {

// Refuses weights and the numbers they are computed with that a kernel would abort or never return for: in a compute
// thread there is no way back (abort-guard). What llama.cpp refuses by itself is left to it.
// Throws Error MODEL_HEADER_INVALID.
void require_sound_weights(const gguf_context * gguf, const std::string & architecture);

}  // namespace foretoken
