// Models, contexts and the scheduler behind one decode thread.
//
// Any thread may submit, measure and close; the decode thread alone touches contexts, drafter and scheduler, and calls
// the listeners. Requests beyond max_sequences wait in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "llama-language-model.h"
#include "model-drafter.h"
#include "scheduler.h"

namespace foretoken {

struct EngineOptions {
    int context_size = 0;      // tokens of one sequence
    int batch_size = 512;      // tokens of one forward pass
    int max_draft_tokens = 0;  // longest draft
    int max_sequences = 1;
    int threads = 1;
    int draft_threads = 1;
    bool flash_attention = true;
};

// A forward pass to measure.
struct Pass {
    enum Model { Target, Draft } model;
    int tokens;
};

class Engine {
public:
    // Makes the contexts and starts the thread. `draft` may be null.
    // Throws Error CONTEXT_TOO_LARGE, CONTEXT_FAILED, MODEL_CANNOT_ROLL_BACK, THREADS_UNAVAILABLE.
    Engine(std::shared_ptr<const Model> target, std::shared_ptr<const Model> draft, const EngineOptions & options);
    // Closes.
    ~Engine();
    Engine(const Engine &) = delete;
    Engine & operator=(const Engine &) = delete;

    // Queues a request. Its listener is called from the decode thread; on_end exactly once.
    // Throws Error ENGINE_CLOSED, PROMPT_EMPTY, PROMPT_TOO_LONG, ARGUMENT_INVALID.
    void submit(Request request);
    // Milliseconds of each forward pass (median of `repeats`) when they run one after the other, each on a cache of
    // `past` tokens. Waits for the decode thread. Throws Error ENGINE_CLOSED, ENGINE_BUSY, ARGUMENT_INVALID.
    std::vector<double> measure(const std::vector<Pass> & passes, int past, int repeats);
    // Stops running work, waits for it, frees the contexts. Idempotent; every caller returns when all is freed.
    void close();

private:
    class Pieces;

    void run();
    // Waits for work; moves waiting requests into the scheduler. Returns false when closing.
    bool next();
    void validate(const Request & request) const;
    std::vector<double> measure_now(const std::vector<Pass> & passes, int past, int repeats);

    std::shared_ptr<const Model> target_model_;
    std::shared_ptr<const Model> draft_model_;
    EngineOptions options_;
    std::atomic<bool> closing_ = false;

    std::unique_ptr<Pieces> pieces_;
    std::unique_ptr<LlamaLanguageModel> target_;
    std::unique_ptr<LlamaLanguageModel> draft_;
    std::unique_ptr<ModelDrafter> drafter_;
    std::unique_ptr<Scheduler> scheduler_;

    std::mutex mutex_;  // guards waiting_ and tasks_
    std::condition_variable wake_;
    std::deque<Request> waiting_;
    std::deque<std::function<void()>> tasks_;  // run on the decode thread between rounds
    std::mutex close_mutex_;                   // held by whoever joins the thread
    std::thread thread_;
};

}  // namespace foretoken
