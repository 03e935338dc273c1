// OPT's forward pass in float64, from the paper and the published model's equations: plain loops, nothing of ggml.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "random-gguf.h"

namespace foretoken::test {

struct OptShape {
    int64_t vocabulary = 300;
    int64_t hidden = 64;
    int64_t word = 64;  // of a token's vector
    int64_t feed_forward = 160;
    int layers = 3;
    int heads = 4;
    int64_t positions = 96;
    bool norm_before = true;
    bool tied = true;  // the output matrix is the token vectors
    ggml_type type = GGML_TYPE_F16;
};

class RandomOpt {
public:
    explicit RandomOpt(const OptShape & s) : shape(s), gguf("opt", s.type, 20261124) {
        gguf.number("context_length", s.positions);
        gguf.number("embedding_length", s.hidden);
        gguf.number("block_count", s.layers);
        gguf.number("feed_forward_length", s.feed_forward);
        gguf.number("attention.head_count", s.heads);
        gguf.number("vocab_size", s.vocabulary);
        gguf.flag("norm_before", s.norm_before);
        gguf.real("attention.layer_norm_epsilon", 1e-5F);
        gguf.matrix("token_embd.weight", s.word, s.vocabulary);
        gguf.matrix("position_embd.weight", s.hidden, s.positions);
        if (s.word != s.hidden) {
            gguf.matrix("token_embd_proj.weight", s.word, s.hidden);
            gguf.matrix("output_proj.weight", s.hidden, s.word);
        }
        if (!s.tied) {
            gguf.matrix("output.weight", s.word, s.vocabulary);
        }
        if (s.norm_before) {
            gguf.norm("output_norm", s.hidden);
        }
        for (int layer = 0; layer < s.layers; ++layer) {
            const std::string block = "blk." + std::to_string(layer) + ".";
            gguf.norm(block + "attn_norm", s.hidden);
            gguf.norm(block + "ffn_norm", s.hidden);
            gguf.linear(block + "attn_qkv", s.hidden, 3 * s.hidden);
            gguf.linear(block + "attn_output", s.hidden, s.hidden);
            gguf.linear(block + "ffn_up", s.hidden, s.feed_forward);
            gguf.linear(block + "ffn_down", s.feed_forward, s.hidden);
        }
        gguf.write();
    }

    const OptShape shape;
    RandomGguf gguf;
};

using Vector64 = std::vector<double>;

class ReferenceOpt {
public:
    explicit ReferenceOpt(const RandomOpt & model) : shape_(model.shape), gguf_(model.gguf) {}

    // [token][vocabulary]
    std::vector<Vector64> logits(const std::vector<int> & tokens) const {
        std::vector<Vector64> hidden;
        for (size_t pos = 0; pos < tokens.size(); ++pos) {
            Vector64 x = row("token_embd.weight", static_cast<size_t>(tokens[pos]), static_cast<size_t>(shape_.word));
            if (shape_.word != shape_.hidden) {
                x = times("token_embd_proj.weight", x);
            }
            hidden.push_back(sum(x, row("position_embd.weight", pos, x.size())));
        }
        for (int layer = 0; layer < shape_.layers; ++layer) {
            block("blk." + std::to_string(layer) + ".", hidden);
        }
        for (Vector64 & x : hidden) {
            if (shape_.norm_before) {
                x = norm("output_norm", x);
            }
            if (shape_.word != shape_.hidden) {
                x = times("output_proj.weight", x);
            }
            x = times(shape_.tied ? "token_embd.weight" : "output.weight", x);
        }
        return hidden;
    }

private:
    void block(const std::string & name, std::vector<Vector64> & hidden) const {
        const size_t size = static_cast<size_t>(shape_.hidden);
        std::vector<Vector64> keys;
        std::vector<Vector64> values;
        std::vector<Vector64> queries;
        for (const Vector64 & x : hidden) {
            const Vector64 qkv = linear(name + "attn_qkv", shape_.norm_before ? norm(name + "attn_norm", x) : x);
            const auto part = [&](size_t i) { return Vector64(&qkv[i * size], &qkv[i * size] + size); };
            queries.push_back(part(0));
            keys.push_back(part(1));
            values.push_back(part(2));
        }
        for (size_t pos = 0; pos < hidden.size(); ++pos) {
            Vector64 x = sum(hidden[pos], linear(name + "attn_output", attend(queries[pos], keys, values, pos + 1)));
            if (!shape_.norm_before) {
                x = norm(name + "attn_norm", x);
            }
            Vector64 up = linear(name + "ffn_up", shape_.norm_before ? norm(name + "ffn_norm", x) : x);
            for (double & value : up) {
                value = std::max(value, 0.0);
            }
            x = sum(x, linear(name + "ffn_down", up));
            hidden[pos] = shape_.norm_before ? x : norm(name + "ffn_norm", x);
        }
    }

    Vector64 attend(const Vector64 & query, const std::vector<Vector64> & keys, const std::vector<Vector64> & values,
                    size_t count) const {
        const size_t head = query.size() / static_cast<size_t>(shape_.heads);
        Vector64 out(query.size());
        for (size_t first = 0; first < query.size(); first += head) {
            Vector64 weights(count);
            double total = 0;
            for (size_t pos = 0; pos < count; ++pos) {
                double dot = 0;
                for (size_t i = first; i < first + head; ++i) {
                    dot += query[i] * keys[pos][i];
                }
                weights[pos] = std::exp(dot / std::sqrt(static_cast<double>(head)));
                total += weights[pos];
            }
            for (size_t pos = 0; pos < count; ++pos) {
                for (size_t i = first; i < first + head; ++i) {
                    out[i] += weights[pos] / total * values[pos][i];
                }
            }
        }
        return out;
    }

    Vector64 row(const std::string & name, size_t i, size_t size) const {
        const std::vector<float> & values = gguf_.values(name);
        return Vector64(&values[i * size], &values[i * size] + size);
    }
    Vector64 times(const std::string & name, const Vector64 & x) const {
        const std::vector<float> & values = gguf_.values(name);
        Vector64 out(values.size() / x.size());
        for (size_t i = 0; i < values.size(); ++i) {
            out[i / x.size()] += static_cast<double>(values[i]) * x[i % x.size()];
        }
        return out;
    }
    Vector64 linear(const std::string & name, const Vector64 & x) const {
        const Vector64 product = times(name + ".weight", x);
        return sum(product, row(name + ".bias", 0, product.size()));
    }
    Vector64 norm(const std::string & name, const Vector64 & x) const {
        double mean = 0;
        for (const double value : x) {
            mean += value / static_cast<double>(x.size());
        }
        double variance = 0;
        for (const double value : x) {
            variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
        }
        const std::vector<float> & weight = gguf_.values(name + ".weight");
        const std::vector<float> & bias = gguf_.values(name + ".bias");
        Vector64 out(x.size());
        for (size_t i = 0; i < x.size(); ++i) {
            out[i] = (x[i] - mean) / std::sqrt(variance + 1e-5) * static_cast<double>(weight[i]) +
                     static_cast<double>(bias[i]);
        }
        return out;
    }
    static Vector64 sum(Vector64 a, const Vector64 & b) {
        for (size_t i = 0; i < a.size(); ++i) {
            a[i] += b[i];
        }
        return a;
    }

    const OptShape & shape_;
    const RandomGguf & gguf_;
};

}  // namespace foretoken::test
