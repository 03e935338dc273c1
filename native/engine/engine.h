// Models, contexts and the scheduler behind one decode thread.
//
// Any thread may submit, measure and close; the decode thread alone touches contexts, drafter and scheduler, and calls
// the listeners. Requests beyond max_sequences wait, by priority, then in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "adaptive-draft-length.h"
#include "fixed-shape-model.h"
#include "grammar.h"
#include "initial-costs.h"
#include "llama-language-model.h"
#include "model-drafter.h"
#include "model-tokenizer.h"
#include "ngram-drafter.h"
#include "pass-meter.h"
#include "retokenizing-drafter.h"
#include "scheduler.h"

namespace foretoken {

// As many again are kept for their prefixes, and llama.cpp has 256.
constexpr int kMaxSequences = 64;

struct EngineOptions {
    int context_size = 0;      // tokens of one sequence
    int batch_size = 512;      // tokens of one forward pass
    int max_draft_tokens = 0;  // longest draft
    int max_sequences = 1;     // decoded at once, 1 … kMaxSequences
    int threads = 1;
    int draft_threads = 1;
    bool flash_attention = true;
    // A token's logits are the same bits however many tokens the target checks with it.
    bool exact = false;
    enum ggml_type kv_type = GGML_TYPE_F16;
    enum ggml_type draft_kv_type = GGML_TYPE_F16;
    bool cross_vocabulary = false;        // the draft's tokens are not the target's: retokenise
    std::optional<NgramOptions> ngram{};  // drafting from the text itself
    // Costs come from `profile`, else from the models' shapes, never from a clock, and each sequence drafts as if it
    // were alone: drafts are the same every time.
    bool deterministic = false;
    std::optional<CostProfile> profile{};
    std::optional<bool> device_logits{};  // see DeviceLogits
    // Of both caches, for what of ended sequences may stay there. Without, all that running ones do not need.
    std::optional<uint64_t> kept_bytes{};
};

// The contexts that an engine makes of its models. The target's throws Error CONTEXT_TOO_LARGE,
// EXACT_UNAVAILABLE.
ContextOptions target_context(const EngineOptions & options, const Model & target);
ContextOptions draft_context(const EngineOptions & options, const ModelHeader & draft);

// What a model's cache holds of a text, in its own tokens.
struct SavedCells {
    std::vector<Token> tokens;
    std::vector<uint8_t> state;
};
struct SavedText {
    SavedCells target;
    SavedCells draft;
};

class Engine {
public:
    // Makes the contexts and starts the thread. `draft` may be null.
    // Throws Error CONTEXT_TOO_LARGE, CONTEXT_FAILED, EXACT_UNAVAILABLE, MODEL_CANNOT_ROLL_BACK,
    // MODEL_VOCABULARY_MISSING, THREADS_UNAVAILABLE.
    Engine(std::shared_ptr<const Model> target, std::shared_ptr<const Model> draft, const EngineOptions & options);
    // Closes.
    ~Engine();
    Engine(const Engine &) = delete;
    Engine & operator=(const Engine &) = delete;

    // What a request may draft with. Any thread.
    uint32_t drafters(bool model, bool ngram) const;
    std::unique_ptr<DraftPolicy> adaptive_policy(int max_tokens) const;
    // Throws what Grammar throws. Any thread.
    std::unique_ptr<TokenConstraint> grammar(const std::string & gbnf) const;

    // Queues a request. Its listener is called from the decode thread; on_end exactly once.
    // Throws Error ENGINE_CLOSED, PROMPT_EMPTY, PROMPT_TOO_LONG, ARGUMENT_INVALID.
    void submit(Request request);
    // Something that running or waiting requests wait for may have come: an abort, a reader. Any thread.
    void wake();
    // Milliseconds of each forward pass (median of `repeats`) when they run one after the other, each on a cache of
    // `past` tokens. Waits for the decode thread. Throws Error ENGINE_CLOSED, ENGINE_BUSY, ARGUMENT_INVALID.
    std::vector<double> measure(const std::vector<Pass> & passes, int past, int repeats);
    // What passes have cost lately. Waits for the decode thread, between rounds. Throws Error ENGINE_CLOSED.
    CostProfile profile();
    // What the caches and the passes' buffers take. Any thread.
    uint64_t context_bytes() const { return context_bytes_; }
    // What the caches keep of the beginning of a text; empty where they keep nothing. Waits for the decode thread,
    // between rounds. Throws Error ENGINE_CLOSED.
    SavedText save(const std::vector<Token> & text);
    // Keeps what save() gave, in this or another process. False where the target's does not fit, or not now; the
    // draft's is taken where it fits. Waits for the decode thread. Throws Error ENGINE_CLOSED, ARGUMENT_INVALID.
    bool restore(const SavedText & saved);
    // Stops running work, waits for it, frees the contexts. Idempotent; every caller returns when all is freed.
    void close();

private:
    void run();
    // Waits for work; moves waiting requests into the scheduler. Returns false when closing.
    bool next();
    // Whether somebody wants something that cannot wait. Needs the lock.
    bool called() const { return closing_ || woken_ || !tasks_.empty(); }
    // Lets the first of a burst wait for the others, who come one by one: read together, their prompts take a pass or
    // two; begun alone, it would be a running stream that their chunks must not hold up.
    void gather(std::unique_lock<std::mutex> & lock);
    void validate(const Request & request) const;
    void validate(std::span<const Token> tokens) const;
    // Runs `work` on the decode thread between two rounds and waits for it; rethrows what it throws.
    void on_decode_thread(const std::function<void()> & work);

    std::shared_ptr<const Model> target_model_;
    std::shared_ptr<const Model> draft_model_;
    EngineOptions options_;
    uint64_t context_bytes_ = 0;
    std::atomic<bool> closing_ = false;

    std::unique_ptr<ModelTokenizer> tokenizer_;
    std::unique_ptr<ModelTokenizer> draft_tokenizer_;  // where it is not the target's
    std::unique_ptr<LlamaLanguageModel> target_;
    std::unique_ptr<FixedShapeModel> fixed_shape_;  // what drives the target where `exact` needs it
    std::unique_ptr<LlamaLanguageModel> draft_;
    std::unique_ptr<PassMeter> meter_;
    std::unique_ptr<Drafter> model_drafter_;
    std::unique_ptr<Drafter> ngram_drafter_;
    std::shared_ptr<PairExperience> experience_;
    std::unique_ptr<Scheduler> scheduler_;

    std::mutex mutex_;  // guards waiting_, tasks_ and woken_
    std::condition_variable wake_;
    bool woken_ = false;  // by wake(), guarded too
    std::deque<Request> waiting_;
    std::deque<std::function<void()>> tasks_;  // run on the decode thread between rounds
    std::mutex close_mutex_;                   // held by whoever joins the thread
    std::thread thread_;
};

}  // namespace foretoken
