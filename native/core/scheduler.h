// The round scheduler: draft → verify → accept → correct or extend → roll back → emit, for every active sequence at
// once.
//
// Owns each sequence's committed text; nobody else changes its length. Between rounds the target's cache holds all of
// it but the last token, which is the first token of the next round's batch. Baseline decoding is the round without a
// draft. Not thread-safe: driven by the engine's decode thread; listeners are called there.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "draft-policy.h"
#include "drafter.h"
#include "language-model.h"
#include "statistics.h"
#include "text-stream.h"
#include "types.h"
#include "verification.h"

namespace foretoken {

// What the scheduler needs to know of a vocabulary.
class TokenTable {
public:
    virtual ~TokenTable() = default;
    // The token's bytes; empty for control tokens. Valid until the next call.
    virtual std::string_view piece(Token token) const = 0;
    virtual bool ends_generation(Token token) const = 0;
};

class SequenceListener {
public:
    virtual ~SequenceListener() = default;
    virtual void on_tokens(std::vector<EmittedToken> tokens) = 0;
    // The last call. `error` is empty unless a forward pass failed.
    virtual void on_end(FinishReason reason, const Statistics & statistics, const std::string & error) = 0;
};

struct Request {
    std::vector<Token> prompt;            // 1 … context − 1 tokens
    int max_tokens = 1;                   // ≥ 1
    std::vector<std::string> stop;        // texts that end the sequence
    bool ignore_end = false;              // generate past end-of-generation tokens
    std::unique_ptr<DraftPolicy> policy;  // null decodes plainly
    std::shared_ptr<SequenceListener> listener;
    std::shared_ptr<const std::atomic<bool>> aborted;  // null cannot be aborted
};

inline bool is_aborted(const Request & request) {
    return request.aborted && request.aborted->load(std::memory_order_relaxed);
}

class Scheduler {
public:
    // Borrows everything; drafter may be null. max_sequences ≤ rows and batch of the target's limits.
    Scheduler(LanguageModel & target, Drafter * drafter, const TokenTable & tokens, int max_sequences);
    ~Scheduler();
    Scheduler(const Scheduler &) = delete;
    Scheduler & operator=(const Scheduler &) = delete;

    bool has_room() const { return !free_.empty(); }
    bool idle() const { return sequences_.empty(); }
    // Whether there are active sequences and all have been aborted, so that a running pass serves nobody.
    bool all_aborted() const;

    // Begins a sequence. Requires has_room().
    void admit(Request request);
    // One prefill chunk for each sequence that needs one, then one round over the others. Never throws what a model
    // throws: an aborted or failed pass ends the sequences instead.
    void step();
    // Ends every sequence as aborted.
    void abort_all();

private:
    using Clock = std::chrono::steady_clock;

    struct Sequence {
        SeqId id;
        Request request;
        TextStream text;
        std::vector<Token> committed;  // prompt and output
        Pos evaluated = 0;             // how much of it the target's cache holds
        int generated = 0;
        std::vector<Token> draft{};  // of the running round
        Statistics statistics{};
        Clock::time_point started = Clock::now();
    };
    using Sequences = std::vector<Sequence *>;

    void advance();
    // Evaluates one chunk of what a cache lacks, the target's first; returns whether another chunk is needed.
    bool prefill(Sequence & sequence);
    void draft(const Sequences & active);
    Rows verify(const Sequences & active);
    void accept(Sequence & sequence, const Rows & rows, size_t first_row);
    // Commits the verdict's tokens up to the first stop, which ends the sequence.
    void commit(Sequence & sequence, const Verdict & verdict);
    // Appends one token; returns why the sequence ends with it, if it does.
    std::optional<FinishReason> append(Sequence & sequence, Token token, Origin origin) const;
    void emit(Sequence & sequence) const;
    int draft_limit(const Sequence & sequence, size_t active) const;
    void end(Sequence & sequence, FinishReason reason, const std::string & error = {});
    void end_all(FinishReason reason, const std::string & error = {});
    void end_aborted();

    LanguageModel & target_;
    Drafter * drafter_;
    const TokenTable & tokens_;
    std::vector<SeqId> free_;
    std::vector<std::unique_ptr<Sequence>> sequences_;
    std::vector<BatchToken> batch_;
};

}  // namespace foretoken
