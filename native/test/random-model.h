// A tiny GPT-NeoX with random weights, written as GGUF: for what the embedded pair's 512 positions cannot show.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ggml.h"
#include "gguf.h"

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
    explicit RandomModelFile(const RandomModelShape & shape) : random_(shape.seed) {
        path_ = (std::filesystem::temp_directory_path() /
                 ("foretoken-random-" + std::to_string(std::random_device()()) + ".gguf"))
                    .string();
        write(shape);
    }
    ~RandomModelFile() { std::filesystem::remove(path_); }
    RandomModelFile(const RandomModelFile &) = delete;
    RandomModelFile & operator=(const RandomModelFile &) = delete;

    const std::string & path() const { return path_; }

private:
    void write(const RandomModelShape & s) {
        const std::unique_ptr<ggml_context, decltype(&ggml_free)> tensors(ggml_init({size_t{64} << 20, nullptr, false}),
                                                                          ggml_free);
        const std::unique_ptr<gguf_context, decltype(&gguf_free)> gguf(gguf_init_empty(), gguf_free);
        const auto u32 = [&](const char * key, int64_t value) {
            gguf_set_val_u32(gguf.get(), (std::string("gptneox.") + key).c_str(), static_cast<uint32_t>(value));
        };
        gguf_set_val_str(gguf.get(), "general.architecture", "gptneox");
        u32("context_length", s.context);
        u32("embedding_length", s.hidden);
        u32("block_count", s.layers);
        u32("feed_forward_length", s.feed_forward);
        u32("rope.dimension_count", s.hidden / s.heads / 4);
        u32("attention.head_count", s.heads);
        u32("vocab_size", s.vocabulary);
        gguf_set_val_bool(gguf.get(), "gptneox.use_parallel_residual", true);
        gguf_set_val_f32(gguf.get(), "gptneox.attention.layer_norm_epsilon", 1e-5F);
        gguf_set_val_str(gguf.get(), "tokenizer.ggml.model", "no_vocab");

        const auto matrix = [&](const std::string & name, int64_t in, int64_t out) {
            ggml_tensor * tensor = ggml_new_tensor_2d(tensors.get(), s.type, in, out);
            std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(in)));
            std::vector<float> values(static_cast<size_t>(in * out));
            for (float & value : values) {
                value = normal(random_);
            }
            ggml_quantize_chunk(s.type, values.data(), tensor->data, 0, out, in, nullptr);
            add(gguf.get(), tensor, name);
        };
        const auto vector = [&](const std::string & name, int64_t size, float mean) {
            ggml_tensor * tensor = ggml_new_tensor_1d(tensors.get(), GGML_TYPE_F32, size);
            std::normal_distribution<float> normal(mean, 0.1F);
            for (int64_t i = 0; i < size; ++i) {
                static_cast<float *>(tensor->data)[i] = normal(random_);
            }
            add(gguf.get(), tensor, name);
        };
        matrix("token_embd.weight", s.hidden, s.vocabulary);
        matrix("output.weight", s.hidden, s.vocabulary);
        vector("output_norm.weight", s.hidden, 1);
        vector("output_norm.bias", s.hidden, 0);
        for (int layer = 0; layer < s.layers; ++layer) {
            const std::string block = "blk." + std::to_string(layer) + ".";
            for (const char * norm : {"attn_norm", "ffn_norm"}) {
                vector(block + norm + ".weight", s.hidden, 1);
                vector(block + norm + ".bias", s.hidden, 0);
            }
            matrix(block + "attn_qkv.weight", s.hidden, 3 * s.hidden);
            vector(block + "attn_qkv.bias", 3 * s.hidden, 0);
            matrix(block + "attn_output.weight", s.hidden, s.hidden);
            vector(block + "attn_output.bias", s.hidden, 0);
            matrix(block + "ffn_up.weight", s.hidden, s.feed_forward);
            vector(block + "ffn_up.bias", s.feed_forward, 0);
            matrix(block + "ffn_down.weight", s.feed_forward, s.hidden);
            vector(block + "ffn_down.bias", s.hidden, 0);
        }
        gguf_write_to_file(gguf.get(), path_.c_str(), false);
    }

    static void add(gguf_context * gguf, ggml_tensor * tensor, const std::string & name) {
        ggml_set_name(tensor, name.c_str());
        gguf_add_tensor(gguf, tensor);
    }

    std::mt19937 random_;
    std::string path_;
};

}  // namespace foretoken::test
