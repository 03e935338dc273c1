// One request under way: its text, how much of it the target's cache holds, and the round it is in. Owns what it
// consists of; the scheduler alone changes it, on the decode thread.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <vector>

#include "language-model.h"
#include "request.h"
#include "token-table.h"

namespace foretoken {

class Sequence {
public:
    static constexpr SeqId kNoSlot = -1;

    explicit Sequence(Request request);

    // Takes over a round's verdict on its draft and appends what it commits, up to the first stop. `rows` from
    // `first_row` on follow the last committed token and each of the draft; `memory` is kept between rounds. Returns
    // why the sequence ends, if it does. Throws what the sampler throws.
    std::optional<FinishReason> accept(const Rows & rows, size_t first_row, const TokenTable & tokens, int context,
                                       std::vector<Distribution> & memory);
    // Hands on the text that is final.
    void emit();
    // Tells the listener, once.
    void end(FinishReason reason, const Error * error);
    void fail(const std::exception & error);
    // The caches hold nothing under its id any more.
    void lose_slot();

    bool has_slot() const { return id != kNoSlot; }
    // Whether all but the last committed token is in the target's cache.
    bool prefilled() const { return evaluated + 1 >= static_cast<Pos>(committed.size()); }
    // Whether this round is still its own.
    bool goes_on() const { return !failure && !is_aborted(request); }
    // Of the target's rows, as BatchToken says.
    int looked_at() const { return request.top_logprobs >= 0 ? 0 : request.sampler->likeliest(); }
    bool paused() const { return request.listener->congested() && !is_aborted(request); }

    SeqId id = kNoSlot;
    Request request;
    TextStream text;
    std::vector<Token> committed;  // prompt and output
    Pos evaluated = 0;             // how much of it the target's cache holds
    int generated = 0;
    bool begun = false;              // its prefix was looked for; drafters know it
    std::optional<Error> failure{};  // it ends with the step
    // The running round.
    std::optional<DraftPlan> plan{};
    std::vector<Token> draft{};
    std::vector<Distribution> drafted{};
    std::optional<std::vector<int>> draws{};
    Statistics statistics{};

private:
    using Clock = std::chrono::steady_clock;

    void count(const Verdict & verdict);
    std::optional<FinishReason> commit(const Verdict & verdict, const Rows & rows, size_t first_row,
                                       const TokenTable & tokens, int context);
    // Appends one token; returns why the sequence ends with it, if it does.
    std::optional<FinishReason> append(CommittedToken token, const TokenTable & tokens, int context);

    Clock::time_point started_ = Clock::now();
};

}  // namespace foretoken
