#include "llama-language-model.h"

#include <algorithm>
#include <string>

#include "abort-guard.h"
#include "error.h"
#include "fixed-shape-model.h"
#include "memory-estimate.h"

namespace foretoken {

LlamaContext make_context(const Model & model, const ContextOptions & options, ggml_abort_callback aborted,
                          void * aborted_data) {
    llama_context_params params = llama_context_default_params();
    const int filling = options.filler ? kFixedRows : 0;
    params.n_ctx = static_cast<uint32_t>(options.context * options.max_sequences + filling);
    params.n_batch = static_cast<uint32_t>(options.batch);
    params.n_ubatch = static_cast<uint32_t>(options.batch);
    params.n_seq_max = static_cast<uint32_t>(filler_of(options) + (options.filler ? 1 : 0));
    params.n_outputs_max = std::max(static_cast<uint32_t>(options.rows), params.n_seq_max);  // llama.cpp reserves those
    params.n_threads = options.threads;
    params.n_threads_batch = options.threads;
    params.flash_attn_type = options.flash_attention ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    params.type_k = options.kv_type;
    params.type_v = options.kv_type;
    params.no_perf = true;
    params.swa_full = true;  // a sliding window's ring buffer cannot roll back
    params.kv_unified = true;
    params.abort_callback = aborted;
    params.abort_callback_data = aborted_data;

    const ErrorLog log;
    const AbortGuard guard;
    LlamaContext context(llama_init_from_model(model.get(), params), llama_free);
    if (!context) {
        throw Error("CONTEXT_FAILED", "llama.cpp could not make a context of " + std::to_string(params.n_ctx) +
                                          " tokens: " + log.text("it gives no reason"));
    }
    if (!llama_get_memory(context.get())) {
        throw Error("MODEL_CANNOT_GENERATE",
                    "a '" + model.header().architecture + "' model has no cache and does not write on from tokens");
    }
    return context;
}

LlamaLanguageModel::LlamaLanguageModel(std::shared_ptr<const Model> model, std::shared_ptr<const ThreadPool> pool,
                                       const ContextOptions & options, std::function<bool()> aborted)
    : model_(std::move(model)),
      pool_(std::move(pool)),
      limits_{options.batch, options.rows, options.context, options.context * options.max_sequences},
      aborted_(std::move(aborted)),
      context_(make_context(
          *model_, options, [](void * data) { return (*static_cast<const std::function<bool()> *>(data))(); },
          &aborted_)),
      batch_(options.batch),
      device_logits_(*model_, options.device_logits),
      vocabulary_(static_cast<size_t>(model_->vocabulary().size)) {
    pool_->attach(context_.get());
}

Rows LlamaLanguageModel::eval(std::span<const BatchToken> tokens) {
    llama_batch & batch = batch_.raw;
    batch.n_tokens = static_cast<int32_t>(tokens.size());
    size_t rows = 0;
    for (size_t i = 0; i < tokens.size(); ++i) {
        batch.token[i] = tokens[i].token;
        batch.pos[i] = tokens[i].pos;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = tokens[i].seq;
        batch.logits[i] = tokens[i].want_logits;
        rows += tokens[i].want_logits;
    }

    device_logits_.prepare(context_.get(), tokens);
    const ErrorLog log;
    switch (const int status = llama_decode(context_.get(), batch)) {
    case 0: break;
    case 1: throw NoRoom("no room in the KV cache for " + std::to_string(tokens.size()) + " tokens");
    case 2: throw EvalAborted();
    default: throw EvalFailed(log.text("llama_decode failed with status " + std::to_string(status)));
    }
    llama_synchronize(context_.get());
    if (device_logits_.take(context_.get(), tokens)) {
        return {device_logits_, rows, vocabulary_};
    }
    return {rows > 0 ? llama_get_logits(context_.get()) : nullptr, rows, vocabulary_};
}

bool LlamaLanguageModel::truncate(SeqId seq, Pos n_past) {
    return llama_memory_seq_rm(llama_get_memory(context_.get()), seq, n_past, -1);
}

void LlamaLanguageModel::copy(SeqId from, SeqId to, Pos n) {
    llama_memory_seq_cp(llama_get_memory(context_.get()), from, to, 0, n);
}

uint64_t LlamaLanguageModel::bytes() const {
    const MemoryUse use = use_of(*model_, context_.get());
    return use.cache + use.compute;
}

double LlamaLanguageModel::cell_bytes() const {
    return static_cast<double>(use_of(*model_, context_.get()).cache) / llama_n_ctx(context_.get());
}

std::vector<uint8_t> LlamaLanguageModel::state(SeqId seq) const {
    std::vector<uint8_t> bytes(llama_state_seq_get_size(context_.get(), seq));
    bytes.resize(llama_state_seq_get_data(context_.get(), bytes.data(), bytes.size(), seq));
    return bytes;
}

bool LlamaLanguageModel::set_state(SeqId seq, std::span<const uint8_t> bytes, Pos tokens) {
    const ErrorLog log;  // llama.cpp says there what does not fit
    const auto memory = llama_get_memory(context_.get());
    return llama_state_seq_set_data(context_.get(), bytes.data(), bytes.size(), seq) == bytes.size() &&
           llama_memory_seq_pos_min(memory, seq) == 0 && llama_memory_seq_pos_max(memory, seq) == tokens - 1;
}

}  // namespace foretoken
