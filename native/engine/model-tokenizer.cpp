#include "model-tokenizer.h"

#include <algorithm>

#include "error.h"

namespace foretoken {

std::string_view ModelTokenizer::piece(Token token) const {
    bytes_ = model_->piece(token, false);
    return bytes_;
}

std::string ModelTokenizer::written(Token token) const {
    return token == vocabulary_.bos ? "" : model_->piece(token, true);
}

std::vector<Token> ModelTokenizer::tokenize(std::string_view text, bool at_start) const {
    try {
        return at_start ? beginning(text) : vocabulary_.type == "spm" ? after_line_break(text) : tokens_of(text);
    } catch (const Error &) {
        return {};  // a text that the tokenizer cannot take apart is not worth a generation
    }
}

std::vector<Token> ModelTokenizer::tokens_of(std::string_view text) const {
    return model_->tokenize(std::string(text), false, true);
}

std::vector<Token> ModelTokenizer::beginning(std::string_view text) const {
    std::vector<Token> tokens = model_->tokenize(std::string(text), true, true);
    if (vocabulary_.add_eos && !tokens.empty() && tokens.back() == vocabulary_.eos) {
        tokens.pop_back();  // the text goes on
    }
    return tokens;
}

std::vector<Token> ModelTokenizer::after_line_break(std::string_view text) const {
    std::vector<Token> tokens = tokens_of(std::string("\n").append(text));
    std::string before;
    const auto begin = std::find_if(tokens.begin(), tokens.end(), [&](Token token) {
        const bool past = before.ends_with('\n');
        before += model_->piece(token, true);
        return past;
    });
    tokens.erase(tokens.begin(), begin);
    return tokens;
}

}  // namespace foretoken
