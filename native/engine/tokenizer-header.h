#pragma once

#include "gguf.h"

namespace foretoken {

// Refuses the tokenizers that llama.cpp would abort or never return for; what it refuses by itself is left to it.
// Throws Error MODEL_HEADER_INVALID.
void require_sound_tokenizer(const gguf_context * gguf);

}  // namespace foretoken
