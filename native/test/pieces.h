// A tokenizer over a list of pieces that takes the longest that fits; a text it cannot spell becomes the pieces it can.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer.h"

namespace foretoken::test {

class Pieces final : public Tokenizer {
public:
    // `end`: the piece that ends a text, written out for others; −1: none. `begin` likewise, for nobody.
    explicit Pieces(std::vector<std::string> pieces, Token end = -1, Token begin = -1)
        : pieces_(std::move(pieces)), end_(end), begin_(begin) {}

    int size() const { return static_cast<int>(pieces_.size()); }
    std::string_view piece(Token token) const override {
        return token == end_ || token == begin_ ? std::string_view() : pieces_.at(static_cast<size_t>(token));
    }
    bool ends_generation(Token token) const override { return token == end_; }
    std::string written(Token token) const override {
        return token == begin_ ? "" : pieces_.at(static_cast<size_t>(token));
    }
    Token end() const override { return end_; }

    std::vector<Token> tokenize(std::string_view text, bool at_start) const override {
        std::vector<Token> tokens;
        if (at_start && begin_ >= 0) {
            tokens.push_back(begin_);
        }
        while (!text.empty()) {
            Token longest = -1;
            for (Token token = 0; token < size(); ++token) {
                const std::string_view candidate = piece(token);
                const size_t best = longest < 0 ? 0 : piece(longest).size();
                if (candidate.size() > best && text.starts_with(candidate)) {
                    longest = token;
                }
            }
            if (longest >= 0) {
                tokens.push_back(longest);
            }
            text.remove_prefix(longest < 0 ? 1 : piece(longest).size());
        }
        return tokens;
    }

    std::string text(const std::vector<Token> & tokens) const {
        std::string text;
        for (const Token token : tokens) {
            text += piece(token);
        }
        return text;
    }

private:
    std::vector<std::string> pieces_;
    Token end_;
    Token begin_;
};

}  // namespace foretoken::test
