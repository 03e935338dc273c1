// Exactness on the CPU (ARCHITECTURE §7): the logits of a token are the same bits whether it is evaluated alone or in a
// batch of any width, by any number of threads, with or without repacked weights, below and above 512 cells, and
// whatever chunks its prompt came in.
#include <cstring>

#include "check.h"
#include "llama-language-model.h"
#include "random-model.h"

namespace foretoken {

namespace {

constexpr int kMaxWidth = 32;
constexpr int kTokens = 32;  // evaluated after the prompt, at every width

struct Setting {
    bool extra_buffers;
    int threads;
    int prompt_chunk;
};

std::string show(const Setting & setting) {
    return std::string("extra buffers ") + (setting.extra_buffers ? "on" : "off") + ", " +
           std::to_string(setting.threads) + " threads, prompt in chunks of " + std::to_string(setting.prompt_chunk);
}

class Sweep {
public:
    Sweep(const std::string & path, const Setting & setting, int prompt)
        : setting_(setting),
          prompt_(prompt),
          model_(Model::load(path, options(setting))),
          language_model_(model_, std::make_shared<ThreadPool>(setting.threads),
                          {.context = prompt + kTokens, .rows = kMaxWidth, .threads = setting.threads},
                          [] { return false; }) {
        for (int pos = 0; pos < prompt; pos += setting.prompt_chunk) {
            eval(pos, std::min(setting.prompt_chunk, prompt - pos), false);
        }
    }

    // Logits of the tokens after the prompt, evaluated `width` at a time.
    std::vector<float> logits(int width) {
        std::vector<float> all;
        for (int pos = prompt_; pos < prompt_ + kTokens; pos += width) {
            const Rows rows = eval(pos, std::min(width, prompt_ + kTokens - pos), true);
            for (size_t row = 0; row < rows.size(); ++row) {
                all.insert(all.end(), rows[row].logits().begin(), rows[row].logits().end());
            }
        }
        language_model_.truncate(0, prompt_);
        return all;
    }

private:
    static ModelOptions options(const Setting & setting) {
        ModelOptions options;
        options.extra_buffers = setting.extra_buffers;
        return options;
    }

    Rows eval(int from, int width, bool want_logits) {
        const int vocabulary = model_->vocabulary().size;
        std::vector<BatchToken> batch;
        for (int pos = from; pos < from + width; ++pos) {
            batch.push_back({0, pos, (pos * 7919 + 13) % vocabulary, want_logits});
        }
        return language_model_.eval(batch);
    }

    Setting setting_;
    int prompt_;
    std::shared_ptr<Model> model_;
    LlamaLanguageModel language_model_;
};

void check_bits(const std::string & what, const std::vector<float> & actual, const std::vector<float> & expected) {
    CHECK_EQ(actual.size(), expected.size());
    float largest = 0;
    for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
        largest = std::max(largest, std::abs(actual[i] - expected[i]));
    }
    if (std::memcmp(actual.data(), expected.data(), expected.size() * sizeof(float)) != 0) {
        test::fail(__FILE__, __LINE__, what + ": bits differ, by up to " + test::show(largest));
    }
}

// Compares with single tokens by one thread, whose prompt came in single tokens too. Repacked weights only where ours
// are not repacked: llama.cpp's own kernels for repacked ones sum in other orders.
void sweep(const std::string & what, const std::string & path, int prompt, bool repack = true) {
    const std::vector<float> expected = Sweep(path, {false, 1, 1}, prompt).logits(1);
    for (const Setting & setting : {Setting{repack, 2, 512}, Setting{false, 1, 63}}) {
        Sweep sweep(path, setting, prompt);
        for (int width = 1; width <= kMaxWidth; width += setting.prompt_chunk == 512 ? 1 : 5) {
            check_bits(what + show(setting) + ", width " + std::to_string(width), sweep.logits(width), expected);
        }
    }
}

}  // namespace

#if defined(__x86_64__) || defined(_M_X64)

TEST("embedded target, below 512 cells") {
    sweep("", FORETOKEN_MODELS_DIR "/fable-17m.f16.gguf", 100);
}

TEST("embedded draft, below 512 cells") {
    sweep("", FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf", 10);
}

TEST("three and four threads, which may be more than there are processors") {
    const std::string path = FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf";
    const std::vector<float> expected = Sweep(path, {false, 1, 1}, 10).logits(1);
    for (const int threads : {3, 4}) {
        const Setting setting{true, threads, 512};
        check_bits(show(setting), Sweep(path, setting, 10).logits(24), expected);
    }
}

TEST("random GPT-NeoX, far above 512 cells") {
    const test::RandomModelFile file({});
    sweep("", file.path(), 1400);
}

TEST("every family, across 512 cells") {
    for (const char * architecture : {"gptneox", "opt", "phi2", "llama", "qwen3"}) {
        test::RandomModelShape shape;
        shape.architecture = architecture;
        const test::RandomModelFile file(shape);
        sweep(architecture + std::string(", "), file.path(), 490);
    }
}

TEST("every type of weights, of sizes that no vector divides where the type allows them") {
    for (const ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0, GGML_TYPE_Q4_0,
                                 GGML_TYPE_Q4_K, GGML_TYPE_Q6_K}) {
        test::RandomModelShape shape;
        const int64_t block = ggml_blck_size(type);
        shape.architecture = "llama";
        shape.type = type;
        shape.hidden = std::max<int64_t>(128, block);
        shape.vocabulary = 1003;
        shape.feed_forward = block == 1 ? 252 : 3 * std::max<int64_t>(32, block);
        const test::RandomModelFile file(shape);
        const bool ours = block == 1 || type == GGML_TYPE_Q8_0;
        sweep(ggml_type_name(type) + std::string(", "), file.path(), 70, ours);
    }
}

#else

TEST("skipped: the row-invariant kernels are x86-64's; elsewhere ADR 0002's margin rule holds") {}

#endif

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
