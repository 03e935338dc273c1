#include "top-tokens.h"

#include "llama-context.h"
#include "llama-graph.h"
#include "llama-model.h"

namespace {

template <typename T> void fetch(ggml_backend_sched_t sched, ggml_tensor * tensor, std::vector<T> & out) {
    out.resize(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get_async(ggml_backend_sched_get_tensor_backend(sched, tensor), tensor, out.data(), 0,
                                  ggml_nbytes(tensor));
}

}  // namespace

void llama_build_top_tokens(const llm_graph_context & graph) {
    ggml_tensor * logits = graph.res->t_logits;
    const int64_t n = graph.cparams.n_top;
    if (n == 0 || !logits || !ggml_is_contiguous(logits) || n > logits->ne[0]) {
        return;
    }
    ggml_tensor * tokens =
        n == 1 ? ggml_argmax(graph.ctx0, logits) : ggml_top_k(graph.ctx0, logits, static_cast<int>(n));
    ggml_set_output(graph.res->t_top_tokens = tokens);
    ggml_build_forward_expand(graph.gf, tokens);
    if (n > 1) {
        ggml_tensor * rows = ggml_reshape_3d(graph.ctx0, logits, 1, logits->ne[0], logits->ne[1]);
        ggml_set_output(graph.res->t_top_logits = ggml_get_rows(graph.ctx0, rows, tokens));
        ggml_build_forward_expand(graph.gf, graph.res->t_top_logits);
    }
}

void llama_top_tokens::clear() {
    tokens.clear();
    logits.clear();
    left_ = nullptr;
    read_.clear();
}

bool llama_top_tokens::take(const llm_graph_result & result, ggml_backend_sched_t sched) {
    if (!result.t_top_tokens || ggml_is_empty(result.t_top_tokens)) {
        return false;
    }
    fetch(sched, result.t_top_tokens, tokens);
    if (result.t_top_logits) {
        fetch(sched, result.t_top_logits, logits);
    }
    left_ = result.t_logits;
    read_.assign(static_cast<size_t>(left_->ne[1]), false);
    return true;
}

void llama_top_tokens::read(float * all, int64_t first, int64_t n) {
    for (int64_t row = first, end = first + n; left_ && row < end; ++row) {
        const int64_t begin = row;
        while (row < end && !read_[static_cast<size_t>(row)]) {
            read_[static_cast<size_t>(row++)] = true;
        }
        if (row > begin) {
            ggml_backend_tensor_get(left_, all + begin * left_->ne[0], static_cast<size_t>(begin) * left_->nb[1],
                                    static_cast<size_t>(row - begin) * left_->nb[1]);
        }
    }
}

void llama_set_n_top(llama_context * ctx, uint32_t n_top) {
    ctx->set_n_top(n_top);
}

const llama_token * llama_get_top_tokens(llama_context * ctx) {
    ctx->synchronize();
    return ctx->top.tokens.empty() ? nullptr : ctx->top.tokens.data();
}

const float * llama_get_top_logits(llama_context * ctx) {
    ctx->synchronize();
    return ctx->top.logits.empty() ? nullptr : ctx->top.logits.data();
}

float * llama_get_logits_rows(llama_context * ctx, int32_t first, int32_t n) {
    ctx->synchronize();
    return ctx->get_logits_rows(first, n);
}

ggml_backend_dev_t llama_model_dev_output(const llama_model * model) {
    return model->dev_output();
}
