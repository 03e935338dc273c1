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
#include <vector>

#include "draft-policy.h"
#include "drafter.h"
#include "language-model.h"
#include "pass-costs.h"
#include "sampler.h"
#include "statistics.h"
#include "text-stream.h"
#include "token-table.h"
#include "types.h"
#include "verification.h"

namespace foretoken {

class SequenceListener {
public:
    virtual ~SequenceListener() = default;
    virtual void on_tokens(std::vector<EmittedToken> tokens) = 0;
    // The last call. `error` is null unless a forward pass or the sampling failed.
    virtual void on_end(FinishReason reason, const Statistics & statistics, const Error * error) = 0;
};

struct Request {
    std::vector<Token> prompt;         // 1 … context − 1 tokens
    int max_tokens = 1;                // ≥ 1
    std::vector<std::string> stop;     // texts that end the sequence
    bool ignore_end = false;           // generate past end-of-generation tokens
    std::unique_ptr<Sampler> sampler;  // null takes the likeliest token
    int top_logprobs = -1;             // with each token the log-probabilities of this many others; −1: none at all
    std::unique_ptr<DraftPolicy> policy;  // null decodes plainly
    uint32_t drafters = ~uint32_t{0};     // bit i: the scheduler's i-th drafter may be used
    Verification verification = Verification::SampleMatch;
    bool likeliest_draft = true;  // drafts are the drafter's likeliest tokens instead of draws
    std::shared_ptr<SequenceListener> listener;
    std::shared_ptr<const std::atomic<bool>> aborted;  // null cannot be aborted
};

inline bool is_aborted(const Request & request) {
    return request.aborted && request.aborted->load(std::memory_order_relaxed);
}

class Scheduler {
public:
    // Borrows everything but the costs. At most 32 drafters; max_sequences ≤ rows and batch of the target's limits.
    // `costs` has a curve for each drafter and learns from every pass; null where nobody asks.
    Scheduler(LanguageModel & target, std::vector<Drafter *> drafters, const TokenTable & tokens, int max_sequences,
              std::shared_ptr<PairCosts> costs = nullptr);
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
        // The running round.
        std::optional<DraftPlan> plan{};
        std::vector<Token> draft{};
        std::vector<Distribution> drafted{};
        std::optional<std::vector<int>> draws{};
        Statistics statistics{};
        Clock::time_point started = Clock::now();
    };
    using Sequences = std::vector<Sequence *>;

    void advance();
    // Evaluates one chunk of what a cache lacks, the target's first; returns whether another chunk is needed.
    bool prefill(Sequence & sequence);
    // What the policy wants of this round; asked once.
    const DraftPlan & plan(Sequence & sequence);
    // Tokens a draft may have now, whatever it is worth.
    int room(const Sequence & sequence) const;
    void draft(const Sequences & active);
    void draft_with(size_t drafter, const Sequences & drafting);
    // The target's pass over every active sequence's last token and draft.
    Rows evaluate(const Sequences & active);
    // Returns why the sequence ends with this round, if it does.
    std::optional<FinishReason> accept(Sequence & sequence, const Rows & rows, size_t first_row);
    void count(Sequence & sequence, const Verdict & verdict) const;
    // Commits the verdict's tokens up to the first stop.
    std::optional<FinishReason> commit(Sequence & sequence, const Verdict & verdict, const Rows & rows,
                                       size_t first_row);
    // Appends one token; returns why the sequence ends with it, if it does.
    std::optional<FinishReason> append(Sequence & sequence, CommittedToken token) const;
    void emit(Sequence & sequence) const;
    void end(Sequence & sequence, FinishReason reason, const Error * error = nullptr);
    void end_all(FinishReason reason, const Error * error = nullptr);
    void end_aborted();

    LanguageModel & target_;
    std::vector<Drafter *> drafters_;
    const TokenTable & tokens_;
    std::shared_ptr<PairCosts> costs_;
    std::vector<SeqId> free_;
    std::vector<std::unique_ptr<Sequence>> sequences_;
    std::vector<BatchToken> batch_;
    std::vector<Distribution> distributions_;  // of the rows being verified
};

}  // namespace foretoken
