// The round scheduler: draft → verify → accept → correct or extend → roll back → emit, for every active sequence at
// once. One target batch holds the rows of all sequences that decode and a chunk of the prompts still to be read, small
// enough that running streams keep flowing.
//
// Owns each sequence's committed text; nobody else changes its length. Between rounds the target's cache holds all of
// it but the last token, which is the first token of the next round's batch. Baseline decoding is the round without a
// draft. Sequences that have ended may stay in the caches, for those that begin alike. One that waits for its reader
// may give its slot to whoever needs it, and goes on from what the caches still hold of it once it is read and a slot
// is free. Not thread-safe: driven by the engine's decode thread; listeners are called there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "drafter.h"
#include "drafting.h"
#include "kept-sequences.h"
#include "language-model.h"
#include "pass-costs.h"
#include "request.h"
#include "sequence.h"
#include "token-table.h"

namespace foretoken {

class Scheduler {
public:
    // Borrows everything but the costs. At most 32 drafters; max_sequences ≤ rows and batch of the target's limits.
    // `costs` has a curve for each drafter and learns from every pass; null where nobody asks. `kept`: what of ended
    // sequences may stay in the caches; models have max_sequences + kept.texts sequences.
    Scheduler(LanguageModel & target, std::vector<Drafter *> drafters, const TokenTable & tokens, int max_sequences,
              std::shared_ptr<PairCosts> costs = nullptr, KeptLimits kept = {});
    ~Scheduler();
    Scheduler(const Scheduler &) = delete;
    Scheduler & operator=(const Scheduler &) = delete;

    // Whether another sequence of this priority would get a slot.
    bool has_room(int priority = 0) const;
    bool idle() const { return sequences_.empty(); }
    // Whether step() has anything to do: there are sequences, and not all wait for somebody to read.
    bool runnable() const;
    // Whether there are active sequences and all have been aborted, so that a running pass serves nobody.
    bool all_aborted() const;

    // Begins a sequence, once there is a slot for it.
    void admit(Request request);
    // A chunk of what newcomers lack and one round over the others. Never throws what a model throws: a pass that
    // failed is made again for each sequence alone, and ends those that it fails for; an aborted pass ends all.
    void step();
    // Ends every sequence as aborted.
    void abort_all();
    // Empties the caches of what ended sequences left there.
    void forget_kept();
    // See KeptSequences.
    size_t read_kept(std::span<const Token> text, const std::function<void(SeqId)> & read);
    bool keep(std::vector<Token> text, const std::function<bool(SeqId)> & fill);

private:
    // A sequence's tokens in the next target batch: a prompt's chunk up to `end`, or its last token and draft.
    struct Part {
        Sequence * sequence;
        Pos end = 0;  // of the chunk; 0: the round's rows
    };

    // Whether it would, if somebody asked: its reader has stopped, and the caches may keep what was evaluated.
    // Otherwise all of it would have to be evaluated again, and the same bits and drafts might not come out.
    bool gives_slot(const Sequence & sequence) const;
    // Sequences that have none and can run get the free slots, and those of sequences that wait for their readers.
    void give_slots();
    // What was evaluated of it stays in the caches, where it shares prefixes and `keeps`.
    void take_slot(Sequence & sequence, bool keeps);
    void advance();
    // Looks for a prefix to share. False while another sequence is about to evaluate the same one.
    bool begin(Sequence & sequence);
    // What is read of prompts beside the others' rounds.
    std::vector<Part> chunks(const Sequences & decoding, const Sequences & prompts) const;
    // The target's pass over all parts, and each alone where that fails.
    void evaluate(const std::vector<Part> & parts);
    // The pass over the batch; kept sequences give way until each of the parts has cells behind its own.
    Rows eval(const std::vector<Part> & parts);
    void take_back(const std::vector<Part> & parts);
    // Of a pass that failed for this sequence alone.
    void failed(Sequence & sequence, const std::exception & error);
    void complete(const Part & part, double ms_per_token, const Rows & rows, size_t first_row);
    size_t running_cells() const;
    // With an error, nothing of it is kept.
    void end(Sequence & sequence, FinishReason reason, const Error * error = nullptr);
    void end_aborted();
    void end_failed();

    LanguageModel & target_;
    const TokenTable & tokens_;
    size_t max_sequences_;
    std::shared_ptr<PairCosts> costs_;
    Drafting drafting_;
    KeptSequences kept_;
    std::vector<std::unique_ptr<Sequence>> sequences_;  // by priority, then as they came
    std::vector<BatchToken> batch_;
    std::vector<Distribution> distributions_;  // of the rows being verified
};

}  // namespace foretoken
