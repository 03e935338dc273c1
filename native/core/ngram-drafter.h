// Drafts what followed the last tokens when they occurred before: in the sequence's own text (prompt and output), or in
// the texts of sequences that have ended. Needs no model and no forward pass, so it knows its confidence before a
// round.
//
// A draft follows one source: the one with the longest match, the sequence's own text among equals. The history belongs
// to the drafter and is bounded: when it is full, its oldest half is dropped and the automaton built anew, which costs
// O(1) amortised per token remembered. Not thread-safe: whoever drives it stays on one thread.
#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

#include "drafter.h"
#include "suffix-automaton.h"

namespace foretoken {

struct NgramOptions {
    int min_match = 2;             // ≥ 1: shortest suffix whose continuation is proposed
    size_t history_limit = 65536;  // tokens of ended sequences that are remembered; 0 remembers none
    float prior = 6;               // ≥ 0: counts are weighed against it; the higher, the later they are trusted
};

class NgramDrafter final : public Drafter {
public:
    explicit NgramDrafter(NgramOptions options = {}) : options_(options) {}

    void begin(SeqId seq, std::span<const Token> prompt) override;
    DrafterView view(SeqId seq) const override;
    void catch_up(std::span<CatchUp>, int) override {}
    void propose(std::span<DraftRequest> requests, BatchLoad & load) override;
    void commit(SeqId seq, std::span<const Token> tokens) override;
    void end(SeqId seq) override { texts_.erase(seq); }
    void remember(std::span<const Token> text) override;

    const SuffixAutomaton & history() const { return history_; }

private:
    using Match = SuffixAutomaton::Match;

    struct Text {
        std::vector<Token> tokens{};
        SuffixAutomaton automaton{};
        Match in_history{};  // the longest suffix that occurs in the history
    };
    // Where a draft has got to: the longest suffix of text and draft that something followed.
    struct Walk {
        const SuffixAutomaton * source;
        Match match;
    };

    Walk longest(const Text & text) const;
    bool proposes(const Walk & walk) const;
    Confidence confidence(const Walk & walk) const;
    void draft(DraftRequest & request, BatchLoad & load) const;
    void add_to_history(std::span<const Token> text);
    void learn(std::span<const Token> remembered);
    Match match_history(const Text & text) const;

    NgramOptions options_;
    std::unordered_map<SeqId, Text> texts_;
    std::vector<Token> remembered_;  // what the history is made of, texts apart; at most history_limit
    SuffixAutomaton history_;
};

}  // namespace foretoken
