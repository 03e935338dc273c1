// One model with its KV cache, as the scheduler and the drafters see it. The engine implements it over a llama_context,
// the tests with a table. Not thread-safe: whoever drives it stays on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "error.h"
#include "types.h"

namespace foretoken {

// Logits of the tokens that wanted them, in batch order. Borrowed from the model: valid until its next eval().
class Rows {
public:
    Rows() = default;
    // logits: size × vocabulary values, row-major
    Rows(const float * logits, size_t size, size_t vocabulary)
        : logits_(logits), size_(size), vocabulary_(vocabulary) {}

    size_t size() const { return size_; }
    std::span<const float> logits(size_t row) const { return {logits_ + row * vocabulary_, vocabulary_}; }
    // The token of the highest logit among the first `vocabulary` ones, the lowest id among equals; NaN never wins.
    Token argmax(size_t row, size_t vocabulary = SIZE_MAX) const;

private:
    const float * logits_ = nullptr;
    size_t size_ = 0;
    size_t vocabulary_ = 0;
};

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

class LanguageModel {
public:
    virtual ~LanguageModel() = default;

    virtual ModelLimits limits() const = 0;
    // One forward pass. Each token's position follows those its sequence already holds.
    // Throws EvalAborted, EvalFailed.
    virtual Rows eval(std::span<const BatchToken> batch) = 0;
    // Keeps the first n_past tokens of the sequence. Returns false where the cache cannot drop single tokens.
    virtual bool truncate(SeqId seq, Pos n_past) = 0;
    // Shares the first n tokens of one sequence with another, empty one.
    virtual void copy(SeqId from, SeqId to, Pos n) = 0;
};

}  // namespace foretoken
