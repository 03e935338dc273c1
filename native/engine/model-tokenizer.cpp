#include "model-tokenizer.h"

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
        return at_start ? beginning(text) : model_->tokenize_on(std::string(text));
    } catch (const Error &) {
        return {};  // a text that the tokenizer cannot take apart is not worth a generation
    }
}

std::vector<Token> ModelTokenizer::beginning(std::string_view text) const {
    std::vector<Token> tokens = model_->tokenize(std::string(text), true, true);
    if (vocabulary_.add_eos && !tokens.empty() && tokens.back() == vocabulary_.eos) {
        tokens.pop_back();  // the text goes on
    }
    return tokens;
}

}  // namespace foretoken
