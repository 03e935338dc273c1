// Rows of logits: on the host, or still where the model computed them, beside what was found of them there.
#pragma once

#include <span>
#include <vector>

#include "softmax.h"
#include "types.h"

namespace foretoken {

// The rows of a pass that a model left on its device. Belongs to the model: valid until its next eval().
class DeviceRows {
public:
    // What the device found of a row.
    struct Found {
        std::span<const Token> tokens;
        // Of those tokens, in no order: all above the lowest of them are here, of those that equal it any. Without them
        // there is one token, the row's argmax.
        std::span<const float> logits;
    };

    virtual ~DeviceRows() = default;
    virtual Found found(size_t row) const = 0;
    // The whole row, copied when first asked for.
    virtual std::span<const float> logits(size_t row) = 0;
};

// Borrows its logits.
class Row {
public:
    Row(std::span<const float> logits) : logits_(logits), vocabulary_(logits.size()) {}  // NOLINT: a row is its logits
    Row(DeviceRows & rows, size_t index, size_t vocabulary) : rows_(&rows), index_(index), vocabulary_(vocabulary) {}

    // The first tokens of it alone.
    Row first(size_t vocabulary) const;
    std::span<const float> logits() const;
    // The token of the highest logit, the lowest id among equals; NaN never wins. −1 where all are NaN or −∞.
    Token argmax() const;
    // As likeliest() of all its logits.
    void likeliest(size_t n, std::vector<Candidate> & out) const;

private:
    // The n likeliest by what the device found. False where that does not tell.
    bool found(size_t n, std::vector<Candidate> & out) const;

    std::span<const float> logits_;
    DeviceRows * rows_ = nullptr;
    size_t index_ = 0;
    size_t vocabulary_;
};

// A pass's rows, of the tokens that wanted one, in batch order. Borrowed from the model: valid until its next eval().
class Rows {
public:
    Rows() = default;
    // logits: size × vocabulary values, row-major
    Rows(const float * logits, size_t size, size_t vocabulary)
        : logits_(logits), size_(size), vocabulary_(vocabulary) {}
    Rows(DeviceRows & rows, size_t size, size_t vocabulary) : rows_(&rows), size_(size), vocabulary_(vocabulary) {}

    size_t size() const { return size_; }
    // The first rows alone.
    Rows first(size_t size) const {
        Rows rows = *this;
        rows.size_ = size;
        return rows;
    }
    bool on_device() const { return rows_ != nullptr; }
    Row operator[](size_t row) const {
        return rows_ ? Row(*rows_, row, vocabulary_) : Row({logits_ + row * vocabulary_, vocabulary_});
    }

private:
    const float * logits_ = nullptr;
    DeviceRows * rows_ = nullptr;
    size_t size_ = 0;
    size_t vocabulary_ = 0;
};

}  // namespace foretoken
