// The likeliest tokens of each output, found where the logits are computed, and the logits left there until somebody
// asks for them; hooked in by native/patches/0009, the reasons are in docs/adr/0015.
#pragma once

#include <cstdint>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

struct llm_graph_context;
class llm_graph_result;

/** Adds the cparams.n_top likeliest tokens of each row of the logits to the graph. */
void llama_build_top_tokens(const llm_graph_context & graph);

/** What a context holds of its last batch. */
struct llama_top_tokens {
    std::vector<llama_token> tokens;
    std::vector<float> logits;  // of those tokens

    void clear();
    /** Fetches the tokens of a pass, asynchronously, and leaves its logits where they are. False where it found none.
     */
    bool take(const llm_graph_result & result, ggml_backend_sched_t sched);
    /** Copies rows of logits that were left to their place in `all`, each once. */
    void read(float * all, int64_t first, int64_t n);

private:
    ggml_tensor * left_ = nullptr;  // in the graph's buffers, until the next pass
    std::vector<bool> read_;
};
