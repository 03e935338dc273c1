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
    std::vector<Token> beginning(std::string_view text) const;

    std::shared_ptr<const Model> model_;
    VocabularyInfo vocabulary_;
    mutable std::string bytes_;
};

}  // namespace foretoken
