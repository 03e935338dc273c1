// Words shared by every layer. No dependencies.
#pragma once

#include <cstdint>

namespace foretoken {

using Token = int32_t;
using Pos = int32_t;
using SeqId = int32_t;

struct BatchToken {
    SeqId seq;
    Pos pos;
    Token token;
    bool want_logits;
    // How many of its row's likeliest tokens will be looked at, 0: all; looking at more of them takes longer.
    int likeliest = 0;
};

// How a committed token came about. The order is part of the JS seam (lib/native.ts).
enum class Origin : uint8_t { Draft, Correction, Bonus, Plain };

// Why a sequence ended. The order is part of the JS seam (lib/native.ts).
enum class FinishReason : uint8_t { EndOfGeneration, StopString, Length, ContextFull, Aborted };

}  // namespace foretoken
