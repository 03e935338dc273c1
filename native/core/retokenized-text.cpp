#include "retokenized-text.h"

#include <algorithm>

#include "utf8-assembler.h"

namespace foretoken {

namespace {

// Tokens made anew with every append. A pre-tokenizer's word is seldom longer.
constexpr size_t kUnsettled = 8;

}  // namespace

size_t RetokenizedText::settled() const {
    size_t count = tokens_.size() - std::min(tokens_.size(), kUnsettled);
    while (count > 0 && (ends_[count - 1] == kUnknown || !begins_character(bytes_, ends_[count - 1]))) {
        --count;
    }
    return count;
}

size_t RetokenizedText::append(std::string_view bytes) {
    bytes_ += bytes;
    const size_t whole = whole_characters(bytes_);
    if (whole == said_) {
        return tokens_.size();
    }
    const size_t kept = settled();
    const size_t begin = kept > 0 ? ends_[kept - 1] : 0;
    const std::string_view tail = std::string_view(bytes_).substr(begin, whole - begin);
    const std::vector<Token> made = tokenizer_->tokenize(tail, kept == 0);

    std::string spelled;
    std::vector<size_t> lengths;
    for (const Token token : made) {
        spelled += tokenizer_->written(token);
        lengths.push_back(spelled.size());
    }
    // Some tokenizers put a space before a text; others normalise it, and nothing is known of where their tokens end.
    const bool exact = spelled.ends_with(tail);
    const size_t added = exact ? spelled.size() - tail.size() : 0;
    ends_.resize(kept);
    for (const size_t length : lengths) {
        ends_.push_back(exact ? begin + std::max(length, added) - added : kUnknown);
    }
    if (!made.empty()) {
        ends_.back() = whole;
    }
    const auto same =
        std::mismatch(tokens_.begin() + static_cast<std::ptrdiff_t>(kept), tokens_.end(), made.begin(), made.end());
    const auto unchanged = static_cast<size_t>(same.first - tokens_.begin());
    tokens_.resize(kept);
    tokens_.insert(tokens_.end(), made.begin(), made.end());
    said_ = whole;
    return unchanged;
}

}  // namespace foretoken
