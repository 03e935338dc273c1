// `exact`: which targets need passes of one shape, that such passes give a token the same bits on every device here,
// and that a device which does not give them is refused.
#include <cstring>

#include "check.h"
#include "exactness.h"
#include "fixed-shape-model.h"
#include "llama-language-model.h"
#include "random-model.h"

namespace foretoken {

namespace {

constexpr int kTokens = 40;  // evaluated behind each beginning, at every width
constexpr int kMaxWidth = 32;

struct Setting {
    bool extra_buffers = true;
    bool flash_attention = true;
    int gpu_layers = 0;
};

std::shared_ptr<Model> load(const std::string & path, const Setting & setting) {
    ModelOptions options;
    options.extra_buffers = setting.extra_buffers;
    options.gpu_layers = setting.gpu_layers;
    return Model::load(path, options);
}

ContextOptions context_of(int context, const Setting & setting) {
    ContextOptions options;
    options.context = context;
    options.rows = kMaxWidth;
    options.threads = 2;
    options.filler = true;
    options.flash_attention = setting.flash_attention;
    return options;
}

// One text, and its rows when evaluated so many at a time; every pass's last token is rolled back and evaluated again.
class Sweep {
public:
    Sweep(const std::shared_ptr<Model> & model, const Setting & setting, int past)
        : past_(past),
          vocabulary_(model->vocabulary().size),
          model_(model, std::make_shared<ThreadPool>(2), context_of(past + kTokens, setting), [] { return false; }),
          fixed_(model_, filler_of(context_of(past + kTokens, setting))) {
        for (Pos pos = 0; pos < past; pos += 512) {
            eval(fixed_, pos, std::min(512, past - pos), false);
        }
    }

    std::vector<float> rows(int width, bool is_fixed = true) {
        LanguageModel & model = is_fixed ? static_cast<LanguageModel &>(fixed_) : model_;
        const Pos end = past_ + kTokens;
        std::vector<float> all;
        for (Pos pos = past_; pos < end; pos += std::max(1, width - 1)) {
            model.truncate(0, pos);
            const Rows rows = eval(model, pos, std::min(width, end - pos), true);
            const bool is_last = pos + width >= end;
            for (size_t row = 0; row < rows.size() - (width > 1 && !is_last ? 1 : 0); ++row) {
                const auto logits = rows[row].logits();
                all.insert(all.end(), logits.begin(), logits.end());
            }
            if (is_last) {
                break;
            }
        }
        model.truncate(0, past_);
        return all;
    }

private:
    Rows eval(LanguageModel & model, Pos from, int tokens, bool want_logits) {
        std::vector<BatchToken> batch;
        for (Pos pos = from; pos < from + tokens; ++pos) {
            batch.push_back({0, pos, (pos * 7919 + 13) % vocabulary_, want_logits});
        }
        return model.eval(batch);
    }

    int past_;
    int vocabulary_;
    LlamaLanguageModel model_;
    FixedShapeModel fixed_;
};

bool same(const std::vector<float> & a, const std::vector<float> & b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Passes of one shape give the same bits; says how many widths differ without it.
void sweep(const std::string & what, const std::string & path, const Setting & setting, std::vector<int> pasts,
           int step = 1) {
    const auto model = load(path, setting);
    int differing = 0, measured = 0;
    for (const int past : pasts) {
        Sweep sweep(model, setting, past);
        const std::vector<float> alone = sweep.rows(1);
        const std::vector<float> plain = sweep.rows(1, false);
        for (int width = 1; width <= kMaxWidth; width += step) {
            if (!same(sweep.rows(width), alone)) {
                test::fail(__FILE__, __LINE__,
                           what + ", behind " + std::to_string(past) + " cells, width " + std::to_string(width) +
                               ": bits differ");
            }
            differing += !same(sweep.rows(width, false), plain);
            measured += 1;
        }
    }
    std::printf("    %s: %d of %d widths differ without it\n", what.c_str(), differing, measured);
}

bool has_gpu() {
    for (const DeviceInfo & device : Backend::acquire()->devices()) {
        if (device.type == "gpu" || device.type == "igpu") {
            std::printf("    on %s\n", device.description.c_str());
            return true;
        }
    }
    std::printf("    skipped: no GPU module with a device lies beside this program\n");
    return false;
}

std::string code_of(const std::function<void()> & work) {
    try {
        work();
    } catch (const Error & error) {
        return error.code();
    }
    return "";
}

EngineOptions exact_options() {
    EngineOptions options;
    options.context_size = 512;
    options.exact = true;
    return options;
}

test::RandomModelShape quantised() {
    test::RandomModelShape shape;
    shape.architecture = "llama";
    shape.hidden = 256;
    shape.feed_forward = 768;
    shape.type = GGML_TYPE_Q4_K;
    return shape;
}

// A device whose kernels sum in another order from four rows on, or, where it is `sound`, in one order always.
class WidthDependent final : public LanguageModel {
public:
    explicit WidthDependent(bool sound) : sound_(sound) {}

    ModelLimits limits() const override { return {512, 32, 300}; }
    Rows eval(std::span<const BatchToken> batch) override {
        logits_.clear();
        for (const BatchToken & token : batch) {
            logits_.push_back(static_cast<float>(token.pos) + (!sound_ && batch.size() > 4 ? 1e-6F : 0));
            logits_.push_back(0.1F);
        }
        return {logits_.data(), batch.size(), 2};
    }
    bool truncate(SeqId, Pos) override { return true; }
    void copy(SeqId, SeqId, Pos) override {}

private:
    bool sound_;
    std::vector<float> logits_;
};

}  // namespace

TEST("one shape gives the same bits across every step of 256 cells: our own kernels") {
    sweep("f16", FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf", {}, {0, 100, 236, 490, 748}, 3);
}

TEST("one shape gives the same bits: weights in llama.cpp's own layouts") {
    const test::RandomModelFile file(quantised());
    sweep("q4_K", file.path(), {}, {0, 236, 490}, 3);
}

TEST("one shape gives the same bits: the device beside this program") {
    if (has_gpu()) {
        const Setting all{true, true, -1};
        sweep("embedded draft", FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf", all, {0, 236, 748}, 5);
        const test::RandomModelFile file(quantised());
        sweep("q4_K", file.path(), all, {236}, 5);
    }
}

#if defined(__x86_64__) || defined(_M_X64)

TEST("on x86-64, weights of our own kernels need no shape, others do where they may be repacked") {
    if (Backend::acquire()->devices().size() > 1) {
        std::printf("    skipped: there is a device beside the CPU\n");
        return;
    }
    const std::string ours = FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf";
    const test::RandomModelFile others(quantised());
    EngineOptions options = exact_options();
    CHECK(!needs_fixed_shape(options, *load(ours, {})));
    CHECK(needs_fixed_shape(options, *load(others.path(), {})));
    CHECK(!needs_fixed_shape(options, *load(others.path(), {false})));
    options.flash_attention = false;
    CHECK(needs_fixed_shape(options, *load(ours, {})));
    options.exact = false;
    CHECK(!needs_fixed_shape(options, *load(ours, {})));
}

#endif

TEST("one shape is for one sequence") {
    const test::RandomModelFile file(quantised());
    const auto model = load(file.path(), {});
    EngineOptions options = exact_options();
    options.max_sequences = 2;
    CHECK_EQ(code_of([&] { Engine(model, nullptr, options); }), std::string("EXACT_UNAVAILABLE"));
}

TEST("a device whose bits depend on the number of rows is refused") {
    WidthDependent sound(true), other(false);
    CHECK_EQ(code_of([&] { require_same_bits(sound, 26); }), std::string(""));
    CHECK_EQ(code_of([&] { require_same_bits(other, 26); }), std::string("EXACT_UNAVAILABLE"));
}

TEST("an engine that needs one shape proves it and closes") {
    const test::RandomModelFile file(quantised());
    const auto model = load(file.path(), {});
    EngineOptions options = exact_options();
    options.max_draft_tokens = 3;
    options.batch_size = 4;  // less than a shape's rows
    CHECK_EQ(code_of([&] { Engine(model, model, options); }), std::string(""));
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
