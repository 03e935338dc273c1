// A tiny GPT-NeoX with random weights, written as GGUF: for what the embedded pair's 512 positions cannot show.
#pragma once

#include "random-gguf.h"

namespace foretoken::test {

struct RandomModelShape {
    int64_t vocabulary = 1000;
    int64_t hidden = 128;
    int64_t feed_forward = 512;
    int layers = 2;
    int heads = 4;
    uint32_t context = 2048;
    uint32_t seed = 20260701;
    ggml_type type = GGML_TYPE_F16;  // of the matrices; also F32, BF16
};

class RandomModelFile {
public:
    explicit RandomModelFile(const RandomModelShape & s) : gguf_("gptneox", s.type, s.seed) {
        gguf_.number("context_length", s.context);
        gguf_.number("embedding_length", s.hidden);
        gguf_.number("block_count", s.layers);
        gguf_.number("feed_forward_length", s.feed_forward);
        gguf_.number("rope.dimension_count", s.hidden / s.heads / 4);
        gguf_.number("attention.head_count", s.heads);
        gguf_.number("vocab_size", s.vocabulary);
        gguf_.flag("use_parallel_residual", true);
        gguf_.real("attention.layer_norm_epsilon", 1e-5F);
        gguf_.matrix("token_embd.weight", s.hidden, s.vocabulary);
        gguf_.matrix("output.weight", s.hidden, s.vocabulary);
        gguf_.norm("output_norm", s.hidden);
        for (int layer = 0; layer < s.layers; ++layer) {
            const std::string block = "blk." + std::to_string(layer) + ".";
            gguf_.norm(block + "attn_norm", s.hidden);
            gguf_.norm(block + "ffn_norm", s.hidden);
            gguf_.linear(block + "attn_qkv", s.hidden, 3 * s.hidden);
            gguf_.linear(block + "attn_output", s.hidden, s.hidden);
            gguf_.linear(block + "ffn_up", s.hidden, s.feed_forward);
            gguf_.linear(block + "ffn_down", s.feed_forward, s.hidden);
        }
        gguf_.write();
    }

    const std::string & path() const { return gguf_.path(); }

private:
    RandomGguf gguf_;
};

}  // namespace foretoken::test
