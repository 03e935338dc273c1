// One model with its KV cache, as the scheduler and the drafters see it. The engine implements it over a llama_context,
// the tests with a table. Not thread-safe: whoever drives it stays on one thread.
#pragma once

#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "error.h"
#include "row.h"
#include "types.h"

namespace foretoken {

struct ModelLimits {
    int batch;                                    // most tokens in one eval()
    int rows;                                     // most tokens of one eval() that may want logits
    int context;                                  // most tokens of one sequence
    int cells = std::numeric_limits<int>::max();  // tokens of all sequences together; shared ones count once
};

// A forward pass stopped by the abort flag. What it left in the cache is undefined above the last completed pass, as it
// is after EvalFailed: truncate() brings the sequences back.
struct EvalAborted : std::runtime_error {
    EvalAborted() : std::runtime_error("the forward pass was aborted") {}
};

struct EvalFailed : Error {
    explicit EvalFailed(const std::string & message) : Error("EVAL_FAILED", message) {}
};

// Nothing is free behind the last cell of a sequence, though there may be before: others have to give way, or what it
// holds has to be evaluated again from the beginning. Cells that do not ascend would sum attention in another order.
struct NoRoom : EvalFailed {
    using EvalFailed::EvalFailed;
};

class LanguageModel {
public:
    virtual ~LanguageModel() = default;

    virtual ModelLimits limits() const = 0;
    // One forward pass. Each token's position follows those its sequence already holds.
    // Throws EvalAborted, EvalFailed, NoRoom.
    virtual Rows eval(std::span<const BatchToken> batch) = 0;
    // Keeps the first n_past tokens of the sequence. Returns false where the cache cannot drop single tokens.
    virtual bool truncate(SeqId seq, Pos n_past) = 0;
    // Shares the first n tokens of one sequence with another, empty one.
    virtual void copy(SeqId from, SeqId to, Pos n) = 0;
};

}  // namespace foretoken
