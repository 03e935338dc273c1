// Logits left on their device, where its likeliest tokens are found (docs/adr/0015): rows and texts are those of logits
// copied as a whole, bit for bit. By itself the CPU leaves nothing; here it must, and any GPU that a module finds does.
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <random>

#include "check.h"
#include "engine.h"
#include "fixed-policies.h"
#include "random-model.h"

namespace foretoken {

namespace {

using Tokens = std::vector<Token>;

constexpr int kRows = 12;

// One model with its logits left on the device and one that copies them.
struct Twins {
    explicit Twins(const std::string & path)
        : model(Model::load(path, {})), left(model, pool, options(true), no), copied(model, pool, options(false), no) {}

    static ContextOptions options(bool left) {
        return {.context = 256, .rows = kRows, .max_sequences = 3, .device_logits = left};
    }
    static bool no() { return false; }

    std::shared_ptr<Model> model;
    std::shared_ptr<ThreadPool> pool = std::make_shared<ThreadPool>(2);
    LlamaLanguageModel left;
    LlamaLanguageModel copied;
};

Tokens tokens_of(const Row & row, size_t n) {
    std::vector<Candidate> candidates;
    row.likeliest(n, candidates);
    Tokens tokens;
    for (const Candidate & candidate : candidates) {
        tokens.push_back(candidate.token);
    }
    return tokens;
}

void check_same(const Row & left, const Row & copied, const BatchToken & token) {
    CHECK_EQ(left.argmax(), copied.argmax());
    for (const size_t n : {1U, 2U, 16U, 40U, 100U, 300U}) {
        CHECK_EQ(tokens_of(left, n), tokens_of(copied, n));
    }
    const bool same = std::memcmp(left.logits().data(), copied.logits().data(), copied.logits().size_bytes()) == 0;
    if (!same) {
        test::fail(__FILE__, __LINE__, "other bits at position " + std::to_string(token.pos));
    }
}

// Passes over three sequences whose rows are wanted whole, or some of their likeliest tokens, or none; some without
// rows.
void check_passes(Twins & twins, int passes) {
    std::mt19937 random(20261128);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
    const int wanted[] = {0, 1, 2, 40, 200, 400};
    Pos ends[3] = {};
    int on_device = 0;
    for (int pass = 0; pass < passes; ++pass) {
        const int kinds = 1 + below(6);  // of wishes in this pass
        std::vector<BatchToken> batch;
        for (SeqId seq = 0; seq < 3; ++seq) {
            for (int i = below(4); i >= 0; --i) {
                const Token token = below(twins.model->vocabulary().size);
                const bool row = pass % 5 != 4 && below(8) > 0;
                batch.push_back({seq, ends[seq]++, token, row, wanted[below(kinds)]});
            }
        }
        const Rows left = twins.left.eval(batch);
        const Rows copied = twins.copied.eval(batch);
        CHECK_EQ(left.size(), copied.size());
        CHECK(!copied.on_device());
        on_device += left.on_device();
        size_t row = 0;
        for (const BatchToken & token : batch) {
            if (token.want_logits) {
                check_same(left[row], copied[row], token);
                row += 1;
            }
        }
    }
    CHECK(on_device > passes / 3);
}

// The text of one request, waited for.
class Text final : public SequenceListener {
public:
    void on_tokens(std::vector<EmittedToken> tokens) override {
        const std::lock_guard lock(mutex_);
        for (const EmittedToken & token : tokens) {
            ids_.push_back(token.id);
        }
    }
    void on_end(FinishReason, const Statistics &, const Error * error) override {
        const std::lock_guard lock(mutex_);
        CHECK_EQ(error ? error->what() : "", std::string());
        ended_ = true;
        changed_.notify_one();
    }
    Tokens wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_; });
        return ids_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
    Tokens ids_;
};

struct Play {
    const char * name;
    SamplingOptions sampling{};
    int draft_length = 0;
    int top_logprobs = -1;
    Verification rule = Verification::SampleMatch;
    const char * grammar = nullptr;
};

Tokens text_of(Engine & engine, const Play & play) {
    const auto text = std::make_shared<Text>();
    Request request;
    request.prompt = {1, 5, 9, 40, 7};
    request.max_tokens = 80;
    request.ignore_end = true;
    request.sampler = std::make_unique<Sampler>(play.sampling, std::make_unique<SeededRandom>(11),
                                                play.grammar ? engine.grammar(play.grammar) : nullptr);
    request.top_logprobs = play.top_logprobs;
    request.verification = play.rule;
    if (play.draft_length > 0) {
        request.policy = std::make_unique<FixedDraftLength>(play.draft_length);
    } else if (play.draft_length < 0) {
        request.policy = engine.adaptive_policy(8);
    }
    request.listener = text;
    engine.submit(std::move(request));
    return text->wait();
}

std::unique_ptr<Engine> engine_of(const std::string & target, const std::string & draft, bool left) {
    EngineOptions options;
    options.context_size = 256;
    options.max_draft_tokens = 8;
    options.deterministic = true;
    options.device_logits = left;
    return std::make_unique<Engine>(Model::load(target, {}), Model::load(draft, {}), options);
}

SamplingOptions sampled() {
    SamplingOptions options;
    options.temperature = 0.9F;
    return options;
}

SamplingOptions penalised() {
    SamplingOptions options = sampled();
    options.frequency_penalty = 0.4F;
    return options;
}

void check_texts(const std::string & target, const std::string & draft, bool with_grammar) {
    const auto left = engine_of(target, draft, true);
    const auto copied = engine_of(target, draft, false);
    std::vector<Play> plays = {
        {"greedy, alone"},
        {"greedy, drafting", {}, 5},
        {"greedy, adaptive", {}, -1},
        {"greedy, log-probabilities", {}, 5, 3},
        {"sampled, alone", sampled()},
        {"sampled, drafting", sampled(), 5},
        {"rejection", sampled(), 5, -1, Verification::RejectionSampling},
        {"block", sampled(), -1, -1, Verification::BlockVerification},
        {"penalised", penalised(), 5},
    };
    if (with_grammar) {
        plays.push_back({"greedy, grammar", {}, 5, -1, Verification::SampleMatch, "root ::= [a-z ,.]+"});
        plays.push_back({"sampled, grammar", sampled(), 5, -1, Verification::SampleMatch, "root ::= [a-z ,.]+"});
    }
    for (const Play & play : plays) {
        const Tokens expected = text_of(*copied, play);
        CHECK_EQ(expected.size(), 80U);
        if (text_of(*left, play) != expected) {
            test::fail(__FILE__, __LINE__, std::string("another text: ") + play.name);
        }
    }
}

}  // namespace

TEST("rows of every architecture of ours") {
    for (const char * architecture : {"gptneox", "opt", "phi2", "llama"}) {
        const test::RandomModelFile file({.architecture = architecture});
        Twins twins(file.path());
        check_passes(twins, 15);
    }
}

TEST("rows in which every logit has equals") {
    for (const int64_t different : {1, 30, 333, 999}) {
        const test::RandomModelFile file({.different = different});
        Twins twins(file.path());
        check_passes(twins, 10);
    }
}

TEST("a vocabulary smaller than what is looked for") {
    const test::RandomModelFile file({.vocabulary = 20});
    Twins twins(file.path());
    check_passes(twins, 15);
}

TEST("texts of the embedded pair") {
    check_texts(FORETOKEN_MODELS_DIR "/fable-17m.f16.gguf", FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf", true);
}

TEST("texts of a pair whose likeliest tokens have equals, and whose draft knows more tokens") {
    const test::RandomModelFile target({.vocabulary = 900, .different = 100});
    const test::RandomModelFile draft({.vocabulary = 1000, .different = 450, .layers = 1});
    check_texts(target.path(), draft.path(), false);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
