// A growing text in the tokens of one vocabulary. What is appended can change the last tokens ("hel" + "lo"), hence
// each time the last few are made anew. Tokens far behind the end stay, even where the whole text would be split
// otherwise.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer.h"

namespace foretoken {

class RetokenizedText {
public:
    // Borrows the tokenizer.
    explicit RetokenizedText(const Tokenizer & tokenizer) : tokenizer_(&tokenizer) {}

    // Returns how many of the tokens so far are still the first ones. A character that `bytes` begins but does not end
    // waits for its other bytes.
    size_t append(std::string_view bytes);
    const std::vector<Token> & tokens() const { return tokens_; }
    // Whether the tokens say all of the text.
    bool complete() const { return bytes_.size() == said_; }

private:
    static constexpr size_t kUnknown = SIZE_MAX;

    // How many tokens stay when the text grows.
    size_t settled() const;

    const Tokenizer * tokenizer_;
    std::string bytes_;
    size_t said_ = 0;  // bytes that the tokens stand for: whole characters
    std::vector<Token> tokens_;
    std::vector<size_t> ends_;  // where each token ends in bytes_; unknown inside what the tokens spell otherwise
};

}  // namespace foretoken
