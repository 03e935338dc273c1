// A model's vocabulary as the core sees it. One thread at a time.
#pragma once

#include <memory>

#include "model.h"
#include "tokenizer.h"

namespace foretoken {

class ModelTokenizer final : public Tokenizer {
public:
    explicit ModelTokenizer(std::shared_ptr<const Model> model)
        : model_(std::move(model)), vocabulary_(model_->vocabulary()) {}

    std::string_view piece(Token token) const override;
    bool ends_generation(Token token) const override { return model_->ends_generation(token); }
    std::string written(Token token) const override;
    std::vector<Token> tokenize(std::string_view text, bool at_start) const override;
    Token end() const override { return vocabulary_.eot >= 0 ? vocabulary_.eot : vocabulary_.eos; }

private:
    std::vector<Token> tokens_of(std::string_view text) const;
    std::vector<Token> beginning(std::string_view text) const;
    // SentencePiece puts a space before every text, but not behind a line break, which is a token of its own.
    std::vector<Token> after_line_break(std::string_view text) const;

    std::shared_ptr<const Model> model_;
    VocabularyInfo vocabulary_;
    mutable std::string bytes_;
};

}  // namespace foretoken
