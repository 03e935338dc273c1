// Drafts with a small model.
//
// Each sequence has two lengths: committed text and the part of it (plus, during a round, the draft) that the cache
// holds. commit() truncates the cache to its common prefix with the committed text; the next pass evaluates whatever is
// lacking. Nothing is evaluated twice and no flag says what kind of round came before.
#pragma once

#include <unordered_map>
#include <utility>

#include "drafter.h"
#include "language-model.h"

namespace foretoken {

class ModelDrafter final : public Drafter {
public:
    // Borrows the model, which must outlive the drafter. Only the first `shared_vocabulary` tokens
    // mean the same to both models (vocabularies are often padded): others are never proposed, and once one is
    // committed the drafter sits out.
    ModelDrafter(LanguageModel & model, Token shared_vocabulary)
        : model_(model), shared_vocabulary_(shared_vocabulary) {}

    void begin(SeqId seq, std::span<const Token> prompt) override;
    DrafterView view(SeqId seq) const override;
    void catch_up(std::span<CatchUp> sequences, int most) override;
    void propose(std::span<DraftRequest> requests, BatchLoad & load) override;
    void commit(SeqId seq, std::span<const Token> tokens) override;
    void end(SeqId seq) override;
    void share_prefix(SeqId seq) override;
    void keep(SeqId seq) override;
    void forget(SeqId seq) override { end(seq); }
    std::span<const Token> kept(SeqId seq) const override;
    void adopt(SeqId seq, std::vector<Token> tokens, const std::function<bool()> & fill) override;
    // Keeps the first `kept` committed tokens and appends others, where what is committed can change.
    void replace(SeqId seq, size_t kept, std::span<const Token> tokens);
    std::vector<DraftPass> take_passes() override { return std::exchange(passes_, {}); }

private:
    struct Text {
        std::vector<Token> committed;
        std::vector<Token> cached;  // what the model's cache holds: a prefix of committed, then this round's draft
        bool foreign = false;       // a committed token is not in the shared vocabulary
        bool shares = false;        // takes over what others evaluated of its beginning
        int64_t kept = 0;           // when it ended: the higher, the later; 0 while it runs
    };

    void append_committed(Text & text, std::span<const Token> tokens) const;
    // Appends the first `space` tokens of what the cache lacks below `end` to the batch, and counts them.
    void append_lacking(SeqId seq, Text & text, size_t end, size_t space, DraftWork & work);
    // Whether a sequence before this one in the list is about to evaluate the same beginning.
    bool waits(const Text & text, std::span<const CatchUp> before) const;
    // Gives up kept texts, the oldest first, until so many more tokens fit the cache.
    void make_room(size_t tokens);
    // Gives up the kept text that was used longest ago. Returns its cells; 0 where there is none.
    size_t drop_oldest();
    // Empties a sequence's cache; returns how many cells it had.
    size_t empty(SeqId seq);
    // Evaluates the batch and shares its time out. Where cells lack for a sequence, all of the batch begin anew.
    Rows eval(std::span<DraftWork * const> shares);
    // Kept texts give way until each sequence has cells behind its own.
    Rows eval_batch();
    // One pass per position over those that go on, each drawing from its row.
    void draw_all(std::span<DraftRequest> requests, size_t space, BatchLoad & load);
    // Lets the policy decide, draws from the row, and appends the drawn token to the batch if another may follow.
    bool draw(DraftRequest & request, const Row & whole, BatchLoad & load);

    LanguageModel & model_;
    Token shared_vocabulary_;
    std::unordered_map<SeqId, Text> texts_;
    int64_t last_kept_ = 0;
    std::vector<BatchToken> batch_;
    std::vector<DraftPass> passes_;
    Distribution distribution_;
};

}  // namespace foretoken
