// What the scheduler is asked for, and who hears of it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "draft-policy.h"
#include "error.h"
#include "sampler.h"
#include "statistics.h"
#include "text-stream.h"
#include "types.h"
#include "verification.h"

namespace foretoken {

// What one pass of the target served.
struct PassSize {
    int requests = 0;
    int tokens = 0;  // of prompts and drafts, too
};

class SequenceListener {
public:
    virtual ~SequenceListener() = default;
    // A pass that it was part of has ended; what it brings comes next.
    virtual void on_pass(PassSize) {}
    virtual void on_tokens(std::vector<EmittedToken> tokens) = 0;
    // A step of the scheduler is over: nothing more comes before the next one, which may take long.
    virtual void on_step_end() {}
    // The last call. `error` is null unless a forward pass or the sampling failed.
    virtual void on_end(FinishReason reason, const Statistics & statistics, const Error * error) = 0;
    // Whether it holds as much as it should until somebody reads: the sequence pauses so long.
    virtual bool congested() const { return false; }
};

struct Request {
    std::vector<Token> prompt;         // 1 … context − 1 tokens
    int max_tokens = 1;                // ≥ 1
    int priority = 0;                  // higher ones are admitted, and their prompts read, first
    bool share_prefix = true;          // evaluate nothing that the cache holds of the same text, and leave it the own
    std::vector<std::string> stop;     // texts that end the sequence
    std::vector<Token> stop_tokens;    // end the sequence, also with ignore_end
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

}  // namespace foretoken
