// Drafts with a small model of another vocabulary (universal assisted generation: Hugging Face's name and idea): the
// committed text is put into the draft's tokens, the draft's likeliest continuation back into the target's.
//
// What is proposed is a function of the committed text and of the policy's decisions, so that each proposed token is a
// point mass: every verification rule stays lossless whatever the translation makes of the text. Sits out while the
// text ends inside a character.
#pragma once

#include <unordered_map>

#include "model-drafter.h"
#include "retokenized-text.h"

namespace foretoken {

class RetokenizingDrafter final : public Drafter {
public:
    // Borrows everything. `vocabulary`: number of the draft model's tokens.
    RetokenizingDrafter(LanguageModel & model, Token vocabulary, const Tokenizer & target, const Tokenizer & draft);

    void begin(SeqId seq, std::span<const Token> prompt) override;
    DrafterView view(SeqId seq) const override;
    void catch_up(std::span<CatchUp> sequences, int most) override { drafter_.catch_up(sequences, most); }
    void propose(std::span<DraftRequest> requests, BatchLoad & load) override;
    void commit(SeqId seq, std::span<const Token> tokens) override;
    void end(SeqId seq) override;
    void share_prefix(SeqId seq) override { drafter_.share_prefix(seq); }
    void keep(SeqId seq) override;
    void forget(SeqId seq) override { drafter_.forget(seq); }
    std::span<const Token> kept(SeqId seq) const override { return drafter_.kept(seq); }
    void adopt(SeqId seq, std::vector<Token> tokens, const std::function<bool()> & fill) override {
        drafter_.adopt(seq, std::move(tokens), fill);
    }
    std::vector<DraftPass> take_passes() override { return drafter_.take_passes(); }

private:
    struct Text {
        RetokenizedText text;
        std::vector<Token> recent{};  // the last committed tokens of the target
    };

    // Puts the draft's tokens into the request as the target's.
    void translate(DraftRequest & request, std::span<const Token> drawn) const;
    // The target's tokens of `text` after `recent`.
    std::vector<Token> continuation(std::span<const Token> recent, const std::string & text) const;

    ModelDrafter drafter_;  // in the draft's tokens
    Sampler likeliest_;
    const Tokenizer & target_;
    const Tokenizer & draft_;
    std::unordered_map<SeqId, Text> texts_;
};

}  // namespace foretoken
