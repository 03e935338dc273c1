// A GGUF file of random weights.
#pragma once

#include <algorithm>
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

class RandomGguf {
public:
    // Keys are of `architecture`; matrices are stored as `type`, vectors as f32.
    RandomGguf(std::string architecture, ggml_type type, uint32_t seed)
        : architecture_(std::move(architecture)),
          type_(type),
          random_(seed),
          path_((std::filesystem::temp_directory_path() /
                 ("foretoken-random-" + std::to_string(std::random_device()()) + ".gguf"))
                    .string()),
          tensors_(ggml_init({size_t{64} << 20, nullptr, false}), ggml_free),
          gguf_(gguf_init_empty(), gguf_free) {
        gguf_set_val_str(gguf_.get(), "general.architecture", architecture_.c_str());
        gguf_set_val_str(gguf_.get(), "tokenizer.ggml.model", "no_vocab");
    }
    ~RandomGguf() { std::filesystem::remove(path_); }
    RandomGguf(const RandomGguf &) = delete;
    RandomGguf & operator=(const RandomGguf &) = delete;

    void number(const char * key, int64_t value) {
        gguf_set_val_u32(gguf_.get(), full(key).c_str(), static_cast<uint32_t>(value));
    }
    void real(const char * key, float value) { gguf_set_val_f32(gguf_.get(), full(key).c_str(), value); }
    void flag(const char * key, bool value) { gguf_set_val_bool(gguf_.get(), full(key).c_str(), value); }

    // [out][in], of variance 1 / in; only so many rows are different, the others repeat them.
    void matrix(const std::string & name, int64_t in, int64_t out, int64_t different = INT64_MAX) {
        ggml_tensor * tensor = ggml_new_tensor_2d(tensors_.get(), type_, in, out);
        std::vector<float> values = draw(in * out, 0, 1 / std::sqrt(static_cast<float>(in)));
        for (size_t i = static_cast<size_t>(in * std::min(out, different)); i < values.size(); ++i) {
            values[i] = values[i - static_cast<size_t>(in * different)];
        }
        ggml_quantize_chunk(type_, values.data(), tensor->data, 0, out, in, nullptr);
        add(tensor, name);
    }
    void vector(const std::string & name, int64_t size, float mean) {
        ggml_tensor * tensor = ggml_new_tensor_1d(tensors_.get(), GGML_TYPE_F32, size);
        const std::vector<float> values = draw(size, mean, 0.1F);
        std::copy(values.begin(), values.end(), static_cast<float *>(tensor->data));
        add(tensor, name);
    }
    // name.weight and name.bias
    void linear(const std::string & name, int64_t in, int64_t out) {
        matrix(name + ".weight", in, out);
        vector(name + ".bias", out, 0);
    }
    void norm(const std::string & name, int64_t size) {
        vector(name + ".weight", size, 1);
        vector(name + ".bias", size, 0);
    }

    // After this the file is there until the object goes.
    void write() { gguf_write_to_file(gguf_.get(), path_.c_str(), false); }
    const std::string & path() const { return path_; }

private:
    std::string full(const char * key) const { return architecture_ + "." + key; }
    std::vector<float> draw(int64_t count, float mean, float deviation) {
        std::normal_distribution<float> normal(mean, deviation);
        std::vector<float> values(static_cast<size_t>(count));
        for (float & value : values) {
            value = normal(random_);
        }
        return values;
    }
    void add(ggml_tensor * tensor, const std::string & name) {
        ggml_set_name(tensor, name.c_str());
        gguf_add_tensor(gguf_.get(), tensor);
    }

    std::string architecture_;
    ggml_type type_;
    std::mt19937 random_;
    std::string path_;
    std::unique_ptr<ggml_context, decltype(&ggml_free)> tensors_;
    std::unique_ptr<gguf_context, decltype(&gguf_free)> gguf_;
};

}  // namespace foretoken::test
