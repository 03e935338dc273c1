// OPT (Zhang et al. 2022) as an architecture of llama.cpp; hooked in by native/patches/0004.
#pragma once

#include "llama-graph.h"
#include "llama-model.h"

/**
 * All sizes of OPT. Learned positions: row p of position_embd is the vector of position p, without the two rows that
 * the published tables begin with. With norm_before (all but 350m) norms precede attention and feed-forward and a final
 * norm follows; without, each norm follows its residual sum and none is final. Token vectors narrower than the hidden
 * size (350m: 512 and 1024) pass through token_embd_proj, and the last hidden state through output_proj.
 */
struct llama_model_opt : public llama_model_base {
    llama_model_opt(const struct llama_model_params & params) : llama_model_base(params) {}
    void load_arch_hparams(llama_model_loader & ml) override;
    void load_arch_tensors(llama_model_loader & ml) override;

    struct graph : public llm_graph_context {
        graph(const llama_model_opt & model, const llm_graph_params & params);

    private:
        ggml_tensor * tokens(const llama_model_opt & model);
    };

    std::unique_ptr<llm_graph_context> build_arch_graph(const llm_graph_params & params) const override;

    bool norm_before = true;
    ggml_tensor * token_projection = nullptr;   // {word, hidden}; null where both are equal
    ggml_tensor * output_projection = nullptr;  // {hidden, word}
};
