// A tiny model with random weights, written as GGUF: for what the embedded pair cannot show.
#pragma once

#include <string>

#include "random-gguf.h"

namespace foretoken::test {

struct RandomModelShape {
    std::string architecture = "gptneox";  // also "opt", "phi2" (CodeGen's), "llama", "qwen3"
    int64_t vocabulary = 1000;
    int64_t different = INT64_MAX;  // GPT-NeoX: rows of the output matrix that are; the others repeat them
    int64_t hidden = 128;
    int64_t feed_forward = 512;
    int layers = 2;
    int heads = 4;
    uint32_t context = 2048;
    uint32_t seed = 20260701;
    ggml_type type = GGML_TYPE_F16;  // of the matrices; any that ggml quantises without an importance matrix
};

class RandomModelFile {
public:
    explicit RandomModelFile(const RandomModelShape & shape) : s(shape), gguf_(s.architecture, s.type, s.seed) {
        common();
        const bool rms = s.architecture == "llama" || s.architecture == "qwen3";
        for (int layer = 0; layer < s.layers; ++layer) {
            const std::string block = "blk." + std::to_string(layer) + ".";
            rms ? gated_block(block) : gelu_block(block);
        }
        gguf_.write();
    }

    const std::string & path() const { return gguf_.path(); }

private:
    void common() {
        gguf_.number("context_length", s.context);
        gguf_.number("embedding_length", s.hidden);
        gguf_.number("block_count", s.layers);
        gguf_.number("feed_forward_length", s.feed_forward);
        gguf_.number("attention.head_count", s.heads);
        gguf_.number("vocab_size", s.vocabulary);
        gguf_.matrix("token_embd.weight", s.hidden, s.vocabulary);
        if (s.architecture == "gptneox") {
            gguf_.number("rope.dimension_count", head() / 4);
            gguf_.flag("use_parallel_residual", true);
            gguf_.matrix("output.weight", s.hidden, s.vocabulary, s.different);
        } else if (s.architecture == "opt") {
            gguf_.flag("norm_before", true);
            gguf_.matrix("position_embd.weight", s.hidden, s.context);
        } else if (s.architecture == "phi2") {
            gguf_.number("attention.head_count_kv", s.heads);
            gguf_.number("rope.dimension_count", head() / 2);
            gguf_.linear("output", s.hidden, s.vocabulary);
        } else {
            gguf_.number("attention.head_count_kv", s.heads / 2);
            gguf_.number("rope.dimension_count", head());
            gguf_.real("attention.layer_norm_rms_epsilon", 1e-5F);
            gguf_.matrix("output.weight", s.hidden, s.vocabulary);
            gguf_.vector("output_norm.weight", s.hidden, 1);
            return;
        }
        gguf_.real("attention.layer_norm_epsilon", 1e-5F);
        gguf_.norm("output_norm", s.hidden);
    }

    void gelu_block(const std::string & block) {
        gguf_.norm(block + "attn_norm", s.hidden);
        if (s.architecture != "phi2") {
            gguf_.norm(block + "ffn_norm", s.hidden);
        }
        gguf_.linear(block + "attn_qkv", s.hidden, 3 * s.hidden);
        gguf_.linear(block + "attn_output", s.hidden, s.hidden);
        gguf_.linear(block + "ffn_up", s.hidden, s.feed_forward);
        gguf_.linear(block + "ffn_down", s.feed_forward, s.hidden);
    }

    // Two query heads share a key.
    void gated_block(const std::string & block) {
        gguf_.vector(block + "attn_norm.weight", s.hidden, 1);
        gguf_.vector(block + "ffn_norm.weight", s.hidden, 1);
        gguf_.matrix(block + "attn_q.weight", s.hidden, s.hidden);
        gguf_.matrix(block + "attn_k.weight", s.hidden, s.hidden / 2);
        gguf_.matrix(block + "attn_v.weight", s.hidden, s.hidden / 2);
        gguf_.matrix(block + "attn_output.weight", s.hidden, s.hidden);
        if (s.architecture == "qwen3") {
            gguf_.vector(block + "attn_q_norm.weight", head(), 1);
            gguf_.vector(block + "attn_k_norm.weight", head(), 1);
        }
        gguf_.matrix(block + "ffn_gate.weight", s.hidden, s.feed_forward);
        gguf_.matrix(block + "ffn_up.weight", s.hidden, s.feed_forward);
        gguf_.matrix(block + "ffn_down.weight", s.feed_forward, s.hidden);
    }

    int64_t head() const { return s.hidden / s.heads; }

    RandomModelShape s;
    RandomGguf gguf_;
};

}  // namespace foretoken::test
