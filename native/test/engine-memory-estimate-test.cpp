// What is laid out without allocating is what is then allocated.
#include <numeric>

#include "check.h"
#include "error.h"
#include "kv-type.h"
#include "memory-estimate.h"

namespace foretoken {

namespace {

constexpr const char * kTarget = FORETOKEN_MODELS_DIR "/fable-17m.f16.gguf";
constexpr const char * kDraft = FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf";

EngineOptions options_of(int sequences, enum ggml_type kv_type) {
    EngineOptions options;
    options.context_size = 256;
    options.batch_size = 128;
    options.max_draft_tokens = 7;
    options.max_sequences = sequences;
    options.deterministic = true;
    options.kv_type = kv_type;
    return options;
}

uint64_t context_bytes_of(const std::vector<DeviceMemory> & devices) {
    return std::accumulate(
        devices.begin(), devices.end(), uint64_t{0}, [](uint64_t bytes, const DeviceMemory & device) {
            return bytes + device.target.cache + device.target.compute + device.draft.cache + device.draft.compute;
        });
}

// Rows of logits are made room for later than the rest.
uint64_t logit_bytes(const Model & model, int rows) {
    return sizeof(float) * static_cast<uint64_t>(rows) * static_cast<uint64_t>(model.vocabulary().size);
}

}  // namespace

TEST("an engine takes what was estimated") {
    const auto target = Model::load(kTarget, {});
    const auto draft = Model::load(kDraft, {});
    for (const int sequences : {1, 4}) {
        for (const enum ggml_type type : {GGML_TYPE_F16, GGML_TYPE_Q8_0}) {
            const EngineOptions options = options_of(sequences, type);
            const auto devices = estimate_memory({kTarget, {}}, PlacedModel{kDraft, {}}, false, options);
            const Engine engine(target, draft, options);
            CHECK_EQ(engine.context_bytes() + logit_bytes(*target, sequences * 8) + logit_bytes(*draft, sequences),
                     context_bytes_of(devices));
            CHECK_EQ(devices.size(), size_t{1});
            CHECK_EQ(devices.at(0).target.weights, target->weight_bytes());
            CHECK_EQ(devices.at(0).draft.weights, draft->weight_bytes());
        }
    }
}

TEST("a context beyond what the target was trained for is an error before anything is loaded") {
    EngineOptions options = options_of(1, GGML_TYPE_F16);
    options.context_size = 1 << 20;
    std::string code;
    try {
        estimate_memory({kTarget, {}}, std::nullopt, false, options);
    } catch (const Error & error) {
        code = error.code();
    }
    CHECK_EQ(code, std::string("CONTEXT_TOO_LARGE"));
}

TEST("types of a cache by their names") {
    CHECK(to_kv_type("q8_0") == GGML_TYPE_Q8_0);
    CHECK(to_kv_type("iq4_nl") == GGML_TYPE_IQ4_NL);
    std::string code;
    try {
        to_kv_type("q6_K");
    } catch (const Error & error) {
        code = error.code();
    }
    CHECK_EQ(code, std::string("ARGUMENT_INVALID"));
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
