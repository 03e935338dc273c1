// Rows that stay on a device: whatever is made of them is what the host makes of their logits, bit for bit, and they
// are read only where what the device found of them cannot tell.
#include <cmath>
#include <limits>
#include <random>

#include "check.h"
#include "fake-device-rows.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "model-drafter.h"

namespace foretoken {

namespace {

using test::FakeDeviceRows;
using test::FakeLanguageModel;
using test::Letters;
using test::Recorder;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr size_t kTokens = 100;

// Few different values, so that equals stand everywhere; sometimes −∞, where wanted NaN.
std::vector<float> row_of(std::mt19937 & random, int values, bool nan) {
    std::vector<float> logits(kTokens);
    for (float & logit : logits) {
        logit = static_cast<float>(static_cast<int>(random() % static_cast<uint32_t>(values))) * 0.25F;
        logit = random() % 8 == 0 ? -kInfinity : logit;
        logit = nan && random() % 16 == 0 ? std::nanf("") : logit;
    }
    return logits;
}

std::vector<Token> tokens_of(const std::vector<Candidate> & candidates) {
    std::vector<Token> tokens;
    for (const Candidate & candidate : candidates) {
        tokens.push_back(candidate.token);
    }
    return tokens;
}

void check_same(std::vector<float> logits, size_t top) {
    FakeDeviceRows device;
    device.set(logits, logits.size(), top);
    const Row there(device, 0, logits.size());
    const Row here(logits);
    for (const size_t vocabulary : {logits.size(), size_t{70}, size_t{1}}) {
        CHECK_EQ(there.first(vocabulary).argmax(), here.first(vocabulary).argmax());
        for (const size_t n : {1U, 2U, 7U, 16U, 40U, 100U}) {
            std::vector<Candidate> device_says;
            std::vector<Candidate> host_says;
            there.first(vocabulary).likeliest(n, device_says);
            here.first(vocabulary).likeliest(n, host_says);
            CHECK_EQ(tokens_of(device_says), tokens_of(host_says));
        }
    }
}

struct Play {
    SamplingOptions sampling{};
    int draft_length = 0;
    float threshold = 0;  // of the draft's confidence
    bool logprobs = false;
    Verification rule = Verification::SampleMatch;
    Token shared = 26;
    bool constrained = false;
};

// Allows every other token.
struct EvenTokens final : TokenConstraint {
    bool allows(Token token) override { return token % 2 == 0; }
    void mask(std::span<float> logits) override {
        for (size_t id = 1; id < logits.size(); id += 2) {
            logits[id] = -kInfinity;
        }
    }
    void accept(Token) override {}
    void rewind(int) override {}
};

struct Outcome {
    Recorder recorder;
    int target_reads;
    int draft_reads;
};

// A row of few different values after every text, so that equals compete for every place.
test::Logits coarse(uint32_t salt, int values) {
    return [salt, values](std::span<const Token> text) {
        std::seed_seq seed(text.begin(), text.end());
        std::mt19937 random(seed);
        random.discard(salt);
        std::vector<float> logits(26, 0.0F);
        for (float & logit : logits) {
            logit = static_cast<float>(random() % static_cast<uint32_t>(values)) / static_cast<float>(values) * 4;
        }
        logits[25] = -kInfinity;  // never ends by itself
        return logits;
    };
}

Outcome run(const Play & play, int values, int finds_beyond) {
    FakeLanguageModel target(26, coarse(0, values));
    FakeLanguageModel draft(26,
                            [&](std::span<const Token> text) { return coarse(text.size() % 3 == 0, values)(text); });
    target.finds_beyond = draft.finds_beyond = finds_beyond;
    const Letters letters(26);
    ModelDrafter drafter(draft, play.shared);
    Scheduler scheduler(target, {&drafter}, letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request;
    request.prompt = {3, 1, 4};
    request.max_tokens = 60;
    request.sampler =
        std::make_unique<Sampler>(play.sampling, std::make_unique<SeededRandom>(7),
                                  play.constrained ? std::make_unique<EvenTokens>() : std::unique_ptr<EvenTokens>());
    request.top_logprobs = play.logprobs ? 2 : -1;
    if (play.threshold > 0) {
        request.policy = std::make_unique<ConfidenceThreshold>(play.draft_length, play.threshold);
    } else if (play.draft_length > 0) {
        request.policy = std::make_unique<FixedDraftLength>(play.draft_length);
    }
    request.likeliest_draft = play.rule == Verification::SampleMatch;
    request.verification = play.rule;
    request.listener = recorder;
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(recorder->error, "");
    return {*recorder, target.device.reads, draft.device.reads};
}

// The text, its provenance and its log-probabilities are the host's, however coarse the logits are.
void check_same_text(const Play & play) {
    for (const int values : {2, 5, 1000}) {
        const Recorder host = run(play, values, -1).recorder;
        for (const int finds_beyond : {0, 1, 5}) {
            const Recorder device = run(play, values, finds_beyond).recorder;
            CHECK_EQ(device.ids, host.ids);
            CHECK_EQ(device.origins, host.origins);
            for (size_t i = 0; i < std::min(device.emitted.size(), host.emitted.size()); ++i) {
                CHECK_EQ(device.emitted[i].logprob, host.emitted[i].logprob);
            }
        }
    }
}

SamplingOptions sampled(int top_k) {
    SamplingOptions options;
    options.temperature = 0.8F;
    options.top_k = top_k;
    return options;
}

}  // namespace

TEST("what is likeliest on a device is what is likeliest on the host, with equals at every place") {
    std::mt19937 random(20261128);
    for (int i = 0; i < 300; ++i) {
        const std::vector<float> logits = row_of(random, 1 + i % 40, i % 3 == 0);
        for (const size_t top : {1U, 2U, 8U, 17U, 41U, 100U}) {
            check_same(logits, top);
        }
    }
}

TEST("a row of nothing has no likeliest token") {
    check_same(std::vector<float>(kTokens, -kInfinity), 1);
    check_same(std::vector<float>(kTokens, -kInfinity), 8);
    check_same(std::vector<float>(kTokens, std::nanf("")), 1);
    check_same(std::vector<float>(kTokens, std::nanf("")), 8);
}

TEST("a row is read where equals stand at the end of what the device found") {
    std::vector<float> logits(kTokens, 0.0F);
    FakeDeviceRows device;
    std::vector<Candidate> out;
    logits[5] = logits[50] = 1;
    device.set(logits, kTokens, 3);
    Row(device, 0, kTokens).likeliest(2, out);
    CHECK_EQ(device.reads, 0);
    Row(device, 0, kTokens).likeliest(3, out);
    CHECK_EQ(device.reads, 1);
}

TEST("greedy text is the host's, alone and with drafts") {
    check_same_text({});
    check_same_text({.draft_length = 4});
    check_same_text({.draft_length = 4, .threshold = 0.1F});
}

TEST("sampled text is the host's, by every rule") {
    for (const int top_k : {0, 1, 5, 20, 26}) {
        check_same_text({.sampling = sampled(top_k)});
        for (const Verification rule :
             {Verification::SampleMatch, Verification::RejectionSampling, Verification::BlockVerification}) {
            check_same_text({.sampling = sampled(top_k), .draft_length = 4, .rule = rule});
        }
    }
}

TEST("penalties, bias, typical-p and log-probabilities are the host's") {
    SamplingOptions penalised = sampled(5);
    penalised.repeat_penalty = 1.3F;
    check_same_text({.sampling = penalised, .draft_length = 3});
    SamplingOptions biased;
    biased.logit_bias = {{3, 2.0F}, {4, -kInfinity}};
    check_same_text({.sampling = biased, .draft_length = 3});
    SamplingOptions typical = sampled(10);
    typical.typical_p = 0.7F;
    check_same_text({.sampling = typical, .draft_length = 3});
    check_same_text({.draft_length = 3, .logprobs = true});
}

TEST("a constraint masks whole rows, where it must") {
    check_same_text({.draft_length = 4, .constrained = true});
    check_same_text({.sampling = sampled(5), .draft_length = 4, .constrained = true});
    const Outcome greedy = run({.draft_length = 4, .constrained = true}, 5, 1);
    CHECK(greedy.target_reads > 0 && greedy.target_reads < greedy.recorder.statistics.committed);
}

TEST("a draft with more tokens than the target proposes only shared ones") {
    check_same_text({.draft_length = 4, .shared = 20});
}

TEST("greedy rows are never read") {
    const Outcome outcome = run({.draft_length = 4}, 2, 0);
    CHECK_EQ(outcome.target_reads, 0);
    CHECK_EQ(outcome.draft_reads, 0);
}

TEST("sampled rows are not read where the likeliest tokens have no equals") {
    CHECK_EQ(run({.sampling = sampled(5), .draft_length = 4}, 1 << 20, 1).target_reads, 0);
    CHECK(run({.sampling = sampled(5), .draft_length = 4}, 2, 1).target_reads > 0);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
