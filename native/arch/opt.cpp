#include "opt.h"

#include <cmath>

#include "llama-model-loader.h"

void llama_model_opt::load_arch_hparams(llama_model_loader & ml) {
    ml.get_key(LLM_KV_ATTENTION_LAYERNORM_EPS, hparams.f_norm_eps);
    ml.get_key(LLM_KV_NORM_BEFORE, norm_before);
    type = LLM_TYPE_UNKNOWN;
}

void llama_model_opt::load_arch_tensors(llama_model_loader & loader) {
    LLAMA_LOAD_LOCALS;
    const int64_t word = loader.require_tensor_meta(tn(LLM_TENSOR_TOKEN_EMBD, "weight").str())->ne[0];

    tok_embd = create_tensor(tn(LLM_TENSOR_TOKEN_EMBD, "weight"), {word, n_vocab}, 0);
    pos_embd = create_tensor(tn(LLM_TENSOR_POS_EMBD, "weight"), {n_embd, n_ctx_train}, 0);
    if (word != n_embd) {
        token_projection = create_tensor(tn(LLM_TENSOR_TOKEN_EMBD_PROJ, "weight"), {word, n_embd}, 0);
        output_projection = create_tensor(tn(LLM_TENSOR_OUTPUT_PROJ, "weight"), {n_embd, word}, 0);
    }
    if (norm_before) {
        output_norm = create_tensor(tn(LLM_TENSOR_OUTPUT_NORM, "weight"), {n_embd}, 0);
        output_norm_b = create_tensor(tn(LLM_TENSOR_OUTPUT_NORM, "bias"), {n_embd}, 0);
    }
    output = create_tensor(tn(LLM_TENSOR_OUTPUT, "weight"), {word, n_vocab}, TENSOR_NOT_REQUIRED);
    if (!output) {
        output = create_tensor(tn(LLM_TENSOR_TOKEN_EMBD, "weight"), {word, n_vocab}, TENSOR_DUPLICATED);
    }

    for (int i = 0; i < n_layer; ++i) {
        llama_layer & layer = layers[i];
        const auto linear = [&](llm_tensor tensor, int64_t in, int64_t out, ggml_tensor *& weight,
                                ggml_tensor *& bias) {
            weight = create_tensor(tn(tensor, "weight", i), {in, out}, 0);
            bias = create_tensor(tn(tensor, "bias", i), {out}, 0);
        };
        const auto norm = [&](llm_tensor tensor, ggml_tensor *& weight, ggml_tensor *& bias) {
            weight = create_tensor(tn(tensor, "weight", i), {n_embd}, 0);
            bias = create_tensor(tn(tensor, "bias", i), {n_embd}, 0);
        };
        norm(LLM_TENSOR_ATTN_NORM, layer.attn_norm, layer.attn_norm_b);
        linear(LLM_TENSOR_ATTN_QKV, n_embd, 3 * n_embd, layer.wqkv, layer.wqkv_b);
        linear(LLM_TENSOR_ATTN_OUT, n_embd, n_embd, layer.wo, layer.wo_b);
        norm(LLM_TENSOR_FFN_NORM, layer.ffn_norm, layer.ffn_norm_b);
        linear(LLM_TENSOR_FFN_UP, n_embd, n_ff, layer.ffn_up, layer.ffn_up_b);
        linear(LLM_TENSOR_FFN_DOWN, n_ff, n_embd, layer.ffn_down, layer.ffn_down_b);
    }
}

std::unique_ptr<llm_graph_context> llama_model_opt::build_arch_graph(const llm_graph_params & params) const {
    return std::make_unique<graph>(*this, params);
}

/** The batch's token vectors, widened to the hidden size. llama.cpp's own input is as wide as that already. */
ggml_tensor * llama_model_opt::graph::tokens(const llama_model_opt & model) {
    if (!model.token_projection) {
        return build_inp_embd(model.tok_embd);
    }
    auto input = std::make_unique<llm_graph_input_embd>(model.tok_embd->ne[0]);
    input->tokens = ggml_new_tensor_1d(ctx0, GGML_TYPE_I32, ubatch.n_tokens);
    ggml_set_input(input->tokens);
    res->t_inp_tokens = input->tokens;
    ggml_tensor * words = ggml_get_rows(ctx0, model.tok_embd, input->tokens);
    res->add_input(std::move(input));
    return build_lora_mm(model.token_projection, words);
}

llama_model_opt::graph::graph(const llama_model_opt & model, const llm_graph_params & params)
    : llm_graph_context(params) {
    const int64_t head = hparams.n_embd_head_v();
    ggml_tensor * hidden = tokens(model);
    ggml_tensor * positions = build_inp_pos();
    auto * attention = build_attn_inp_kv();
    ggml_tensor * wanted = build_inp_out_ids();
    hidden = ggml_add(ctx0, hidden, ggml_get_rows(ctx0, model.pos_embd, positions));
    cb(hidden, "inpL", -1);

    for (int il = 0; il < n_layer; ++il) {
        const llama_layer & layer = model.layers[il];
        const auto normed = [&](bool here, ggml_tensor * x, ggml_tensor * weight, ggml_tensor * bias) {
            return here ? build_norm(x, weight, bias, LLM_NORM, il) : x;
        };
        ggml_tensor * cur = normed(model.norm_before, hidden, layer.attn_norm, layer.attn_norm_b);
        auto [query, key, value] = build_qkv(layer, cur, head, n_head, n_head_kv, il);
        cur = build_attn(attention, layer.wo, layer.wo_b, layer.wo_s, query, key, value, nullptr, nullptr, nullptr,
                         1.0F / sqrtf(static_cast<float>(head)), il);
        if (il == n_layer - 1 && wanted) {
            cur = ggml_get_rows(ctx0, cur, wanted);
            hidden = ggml_get_rows(ctx0, hidden, wanted);
        }
        hidden = normed(!model.norm_before, ggml_add(ctx0, cur, hidden), layer.attn_norm, layer.attn_norm_b);
        cb(hidden, "ffn_inp", il);

        cur = normed(model.norm_before, hidden, layer.ffn_norm, layer.ffn_norm_b);
        cur = build_ffn(cur, layer.ffn_up, layer.ffn_up_b, nullptr, nullptr, nullptr, nullptr, layer.ffn_down,
                        layer.ffn_down_b, nullptr, nullptr, LLM_FFN_RELU, LLM_FFN_SEQ, il);
        hidden = normed(!model.norm_before, ggml_add(ctx0, cur, hidden), layer.ffn_norm, layer.ffn_norm_b);
        hidden = build_cvec(hidden, il);
        cb(hidden, "l_out", il);
    }

    if (model.norm_before) {
        hidden = build_norm(hidden, model.output_norm, model.output_norm_b, LLM_NORM, -1);
    }
    cb(hidden, "result_norm", -1);
    res->t_embd = hidden;
    if (model.output_projection) {
        hidden = build_lora_mm(model.output_projection, hidden);
    }
    hidden = build_lora_mm(model.output, hidden, model.output_s);
    cb(hidden, "result_output", -1);
    res->t_logits = hidden;
    ggml_build_forward_expand(gf, hidden);
}
