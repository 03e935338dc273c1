// LanguageModel over one llama_context. Belongs to the engine's decode thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "device-logits.h"
#include "language-model.h"
#include "llama.h"
#include "model.h"
#include "thread-pool.h"

namespace foretoken {

struct ContextOptions {
    int context = 0;  // tokens of one sequence
    int batch = 512;  // tokens of one forward pass
    int rows = 1;     // tokens of one forward pass that may want logits
    int max_sequences = 1;
    int kept_sequences = 0;  // more, within the same cells
    bool filler = false;     // one more, with cells of its own, for a FixedShapeModel
    int threads = 1;
    // On the CPU, verification is bit-exact only with it.
    bool flash_attention = true;
    enum ggml_type kv_type = GGML_TYPE_F16;
    std::optional<bool> device_logits{};  // see DeviceLogits
};

using LlamaContext = std::unique_ptr<llama_context, decltype(&llama_free)>;

// Throws Error CONTEXT_FAILED, MODEL_CANNOT_GENERATE. `aborted` may be null.
LlamaContext make_context(const Model & model, const ContextOptions & options, ggml_abort_callback aborted,
                          void * aborted_data);

// The filler's sequence.
inline SeqId filler_of(const ContextOptions & options) {
    return options.max_sequences + options.kept_sequences;
}

class LlamaLanguageModel final : public LanguageModel {
public:
    // `pool` has at least options.threads threads. `aborted` is polled during passes, from compute threads.
    // Throws Error CONTEXT_FAILED, MODEL_CANNOT_GENERATE.
    LlamaLanguageModel(std::shared_ptr<const Model> model, std::shared_ptr<const ThreadPool> pool,
                       const ContextOptions & options, std::function<bool()> aborted);
    LlamaLanguageModel(const LlamaLanguageModel &) = delete;
    LlamaLanguageModel & operator=(const LlamaLanguageModel &) = delete;

    ModelLimits limits() const override { return limits_; }
    Rows eval(std::span<const BatchToken> batch) override;
    bool truncate(SeqId seq, Pos n_past) override;
    void copy(SeqId from, SeqId to, Pos n) override;

    // What the cache and the passes' buffers take.
    uint64_t bytes() const;
    // What one token takes of the cache.
    double cell_bytes() const;
    // What the cache holds of a sequence, for a later set_state() of the same model, release and options.
    std::vector<uint8_t> state(SeqId seq) const;
    // Fills an empty sequence. False where the bytes are not the state of so many tokens; truncate() then empties it.
    bool set_state(SeqId seq, std::span<const uint8_t> bytes, Pos tokens);

private:
    // llama_batch_init's arrays, filled for each pass.
    struct Batch {
        explicit Batch(int capacity) : raw(llama_batch_init(capacity, 0, 1)) {}
        ~Batch() { llama_batch_free(raw); }
        Batch(const Batch &) = delete;
        Batch & operator=(const Batch &) = delete;
        llama_batch raw;
    };

    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ThreadPool> pool_;
    ModelLimits limits_;
    std::function<bool()> aborted_;
    LlamaContext context_{nullptr, llama_free};
    Batch batch_;
    DeviceLogits device_logits_;
    size_t vocabulary_;
};

}  // namespace foretoken
