// Whatever drafts, whichever rule decides, however far the draft goes: the committed text follows the target's
// distribution. Exactly, by enumerating every outcome of the real scheduler on small vocabularies; and by drawing, for
// what only real random numbers can show.
#include <cmath>
#include <map>

#include "adaptive-draft-length.h"
#include "check.h"
#include "chi-square.h"
#include "every-outcome.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "model-drafter.h"
#include "pieces.h"
#include "retokenizing-drafter.h"

namespace foretoken {

namespace {

using test::EveryOutcome;
using test::FakeLanguageModel;
using test::OutcomeTree;
using test::Recorder;

constexpr int kVocabulary = 3;
constexpr int kTokens = 3;
const std::vector<Token> kPrompt = {1, 0};

// One text can be said in several ways in both.
const test::Pieces kTargetPieces({"a", "b", "ab"});
const test::Pieces kDraftPieces({"ba", "a", "b"});

// Logits in −2…2 that depend on the whole text and on a seed.
std::vector<float> logits_of(std::span<const Token> text, uint64_t seed, int vocabulary = kVocabulary) {
    uint64_t hash = 1469598103934665603U ^ (seed * 0x9E3779B97F4A7C15U);
    for (const Token token : text) {
        hash = (hash ^ static_cast<uint64_t>(token + 1)) * 1099511628211U;
    }
    std::vector<float> logits;
    for (int i = 0; i < vocabulary; ++i) {
        hash = (hash ^ 0x5BD1E995U) * 6364136223846793005U + 1442695040888963407U;
        logits.push_back(static_cast<float>(hash >> 40) / static_cast<float>(1 << 22) - 2);
    }
    return logits;
}

enum class Kind { Equal, Close, Reversed, Other, Missing };

// What the draft thinks, given what the target does.
std::vector<float> draft_logits(Kind kind, std::span<const Token> text, uint64_t seed) {
    std::vector<float> logits = logits_of(text, seed);
    switch (kind) {
    case Kind::Equal: break;
    case Kind::Close:
        for (size_t i = 0; i < logits.size(); ++i) {
            logits[i] += 0.3F * logits_of(text, seed + 1)[i];
        }
        break;
    case Kind::Reversed:
        for (float & logit : logits) {
            logit = -logit;
        }
        break;
    case Kind::Other: logits = logits_of(text, seed + 7); break;
    case Kind::Missing: logits[text.size() % logits.size()] = -60; break;
    }
    return logits;
}

std::vector<double> softmax(const std::vector<float> & logits, double temperature) {
    std::vector<double> p;
    double sum = 0;
    for (const float logit : logits) {
        p.push_back(std::exp(static_cast<double>(logit) / temperature));
        sum += p.back();
    }
    for (double & value : p) {
        value /= sum;
    }
    return p;
}

struct Case {
    Verification rule = Verification::BlockVerification;
    Kind draft = Kind::Close;
    bool likeliest = false;
    bool retokenized = false;  // the draft has a vocabulary of its own
    float temperature = 1;
    uint64_t seed = 1;
    std::function<std::unique_ptr<DraftPolicy>()> policy = [] { return std::make_unique<FixedDraftLength>(2); };
};

SamplingOptions untruncated(float temperature) {
    SamplingOptions options;
    options.temperature = temperature;
    options.top_k = 0;
    options.top_p = 1;
    options.min_p = 0;
    return options;
}

Recorder run(const Case & c, std::unique_ptr<RandomSource> random, SamplingOptions options) {
    FakeLanguageModel target(kVocabulary,
                             test::Logits([&](std::span<const Token> text) { return logits_of(text, c.seed); }));
    FakeLanguageModel draft(
        kVocabulary, test::Logits([&](std::span<const Token> text) { return draft_logits(c.draft, text, c.seed); }));
    ModelDrafter drafter(draft, kVocabulary);
    RetokenizingDrafter retokenizing(draft, kVocabulary, kTargetPieces, kDraftPieces);
    Drafter * used = c.retokenized ? static_cast<Drafter *>(&retokenizing) : &drafter;
    Scheduler scheduler(target, {used}, kTargetPieces, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request;
    request.prompt = kPrompt;
    request.max_tokens = kTokens;
    request.policy = c.policy();
    request.verification = c.rule;
    request.likeliest_draft = c.likeliest;
    request.sampler = std::make_unique<Sampler>(std::move(options), std::move(random));
    request.listener = recorder;
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(recorder->error, "");
    return *recorder;
}

struct Enumerated {
    std::map<std::vector<Token>, double> joint;  // of the three tokens
    double mass = 0;
    double accepted = 0;  // expected
    double rounds = 0;
};

Enumerated enumerate(const Case & c, const SamplingOptions & options) {
    OutcomeTree tree;
    Enumerated result;
    Recorder recorder;
    tree.explore([&] { recorder = run(c, std::make_unique<EveryOutcome>(tree), options); },
                 [&](double weight) {
                     result.joint[recorder.ids] += weight;
                     result.mass += weight;
                     result.accepted += weight * static_cast<double>(recorder.statistics.accepted);
                     result.rounds += weight * static_cast<double>(recorder.statistics.rounds);
                 });
    return result;
}

void check_joint(const Case & c, const Enumerated & found,
                 const std::function<std::vector<double>(std::span<const Token>)> & expected_next) {
    CHECK(std::abs(found.mass - 1) < 1e-5);
    double worst = 0;
    for (Token a = 0; a < kVocabulary; ++a) {
        for (Token b = 0; b < kVocabulary; ++b) {
            for (Token d = 0; d < kVocabulary; ++d) {
                std::vector<Token> text = kPrompt;
                double p = 1;
                for (const Token token : {a, b, d}) {
                    p *= expected_next(text)[static_cast<size_t>(token)];
                    text.push_back(token);
                }
                const auto it = found.joint.find({a, b, d});
                worst = std::max(worst, std::abs((it == found.joint.end() ? 0 : it->second) - p));
            }
        }
    }
    if (worst >= 1e-5) {
        std::printf("    rule %d, draft %d, likeliest %d, seed %d: off by %g\n", static_cast<int>(c.rule),
                    static_cast<int>(c.draft), c.likeliest, static_cast<int>(c.seed), worst);
    }
    CHECK(worst < 1e-5);
}

void check_lossless(const Case & c) {
    const auto expected = [&](std::span<const Token> text) {
        return softmax(logits_of(text, c.seed), static_cast<double>(c.temperature));
    };
    check_joint(c, enumerate(c, untruncated(c.temperature)), expected);
}

constexpr Verification kRules[] = {Verification::SampleMatch, Verification::RejectionSampling,
                                   Verification::BlockVerification};
constexpr Kind kKinds[] = {Kind::Equal, Kind::Close, Kind::Reversed, Kind::Other, Kind::Missing};

void for_every_rule_and_draft(const std::function<void(Case)> & check) {
    for (const Verification rule : kRules) {
        for (const Kind kind : kKinds) {
            for (const bool likeliest : {false, true}) {
                Case c;
                c.rule = rule;
                c.draft = kind;
                c.likeliest = likeliest;
                check(c);
            }
        }
    }
}

std::unique_ptr<DraftPolicy> adaptive() {
    auto pair = std::make_shared<PairExperience>();
    pair->costs.frozen = true;
    for (const auto & [rows, ms] : {std::pair{1, 10.0}, {2, 10.5}, {3, 12.0}}) {
        pair->costs.target.guess(rows, ms);
    }
    pair->costs.drafters.resize(1);
    pair->costs.drafters[0].guess(1, 2.0);
    pair->calibrations.resize(1);
    return std::make_unique<AdaptiveDraftLength>(pair, 8);
}

}  // namespace

TEST("by enumeration: the joint distribution of three tokens is the target's, for every rule, draft and temperature") {
    for_every_rule_and_draft([](Case c) {
        for (const float temperature : {0.4F, 1.0F, 2.0F}) {
            for (c.seed = 1; c.seed <= 2; ++c.seed) {
                c.temperature = temperature;
                check_lossless(c);
            }
        }
    });
}

TEST("by enumeration: drafts that stop by their confidence, or by what they cost, change nothing") {
    for_every_rule_and_draft([](Case c) {
        for (c.seed = 1; c.seed <= 3; ++c.seed) {
            c.policy = [] { return std::make_unique<ConfidenceThreshold>(2, 0.45F); };
            check_lossless(c);
            c.policy = adaptive;
            check_lossless(c);
        }
    });
}

TEST("by enumeration: drafts of another vocabulary change nothing, however far they go") {
    for_every_rule_and_draft([](Case c) {
        c.retokenized = true;
        if (c.likeliest) {
            return;  // such drafts always are
        }
        for (c.seed = 1; c.seed <= 2; ++c.seed) {
            c.policy = [] { return std::make_unique<ConfidenceThreshold>(3, 0.45F); };
            check_lossless(c);
            c.policy = adaptive;
            check_lossless(c);
        }
    });
}

TEST("by enumeration: the distribution is the truncated one where the chain truncates") {
    for_every_rule_and_draft([](const Case & c) {
        SamplingOptions options = untruncated(0.8F);
        options.top_k = 2;
        const auto expected = [&](std::span<const Token> text) {
            std::vector<float> logits = logits_of(text, c.seed);
            *std::min_element(logits.begin(), logits.end()) = -1000;
            return softmax(logits, 0.8);
        };
        check_joint(c, enumerate(c, options), expected);
    });
}

TEST("by enumeration: penalties see the draft's own tokens") {
    for (const Verification rule : kRules) {
        Case c;
        c.rule = rule;
        SamplingOptions options = untruncated(1);
        options.presence_penalty = 0.7F;
        options.frequency_penalty = 0.4F;
        options.repeat_penalty = 1.3F;
        const auto expected = [&](std::span<const Token> text) {
            std::vector<float> logits = logits_of(text, c.seed);
            for (Token token = 0; token < kVocabulary; ++token) {
                float & logit = logits[static_cast<size_t>(token)];
                if (const auto count = std::count(text.begin(), text.end(), token); count > 0) {
                    logit = logit > 0 ? logit / 1.3F : logit * 1.3F;
                    logit -= 0.4F * static_cast<float>(count) + 0.7F;
                }
            }
            return softmax(logits, 1);
        };
        check_joint(c, enumerate(c, options), expected);
    }
}

TEST("by enumeration: block verification accepts at least as much as token-wise rejection, and as much for one token") {
    for (const Kind kind : kKinds) {
        for (uint64_t seed = 1; seed <= 8; ++seed) {
            Case c;
            c.draft = kind;
            c.seed = seed;
            const Enumerated block = enumerate(c, untruncated(1));
            c.rule = Verification::RejectionSampling;
            const Enumerated token_wise = enumerate(c, untruncated(1));
            CHECK(block.rounds <= token_wise.rounds + 1e-6);
            c.policy = [] { return std::make_unique<FixedDraftLength>(1); };
            const Enumerated one = enumerate(c, untruncated(1));
            c.rule = Verification::BlockVerification;
            CHECK(std::abs(one.accepted - enumerate(c, untruncated(1)).accepted) < 1e-5);
        }
    }
}

TEST("by enumeration: one drafted token is accepted with the overlap of the two distributions") {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        Case c;
        c.seed = seed;
        c.draft = Kind::Other;
        c.policy = [] { return std::make_unique<FixedDraftLength>(1); };
        // The third token's round has no room for a draft; so two tokens in one or two rounds, then plain ones.
        const Enumerated found = enumerate(c, untruncated(1));
        const auto overlap = [&](const std::vector<Token> & text) {
            const std::vector<double> p = softmax(logits_of(text, seed), 1);
            const std::vector<double> q = softmax(draft_logits(Kind::Other, text, seed), 1);
            double sum = 0;
            for (size_t i = 0; i < p.size(); ++i) {
                sum += std::min(p[i], q[i]);
            }
            return sum;
        };
        // After a rejection the second token is drafted too, on the text with the correction: an overlap there means
        // that the draft's cache holds that text and not the rejected token.
        const std::vector<double> p = softmax(logits_of(kPrompt, seed), 1);
        const std::vector<double> q = softmax(draft_logits(Kind::Other, kPrompt, seed), 1);
        double expected = overlap(kPrompt);
        for (Token token = 0; token < kVocabulary; ++token) {
            std::vector<Token> text = kPrompt;
            text.push_back(token);
            const size_t i = static_cast<size_t>(token);
            expected += std::max(p[i] - q[i], 0.0) * overlap(text);
        }
        CHECK(std::abs(found.accepted - expected) < 1e-5);
    }
}

TEST("by drawing: 20,000 seeded texts of every rule follow the target, and one seed always gives one text") {
    for (const Verification rule : kRules) {
        Case c;
        c.rule = rule;
        c.draft = Kind::Other;
        c.seed = 4;
        std::vector<int64_t> counts(27);
        std::vector<double> probabilities;
        for (uint64_t seed = 0; seed < 20000; ++seed) {
            const std::vector<Token> ids = run(c, std::make_unique<SeededRandom>(seed), untruncated(1)).ids;
            counts[static_cast<size_t>(ids[0] * 9 + ids[1] * 3 + ids[2])] += 1;
        }
        for (Token a = 0; a < 27; ++a) {
            std::vector<Token> text = kPrompt;
            double p = 1;
            for (const Token token : {a / 9, a / 3 % 3, a % 3}) {
                p *= softmax(logits_of(text, c.seed), 1)[static_cast<size_t>(token)];
                text.push_back(token);
            }
            probabilities.push_back(p);
        }
        const double p = test::chi_square_p(counts, probabilities);
        std::printf("    rule %d: seeds 0…19999, p = %.4f\n", static_cast<int>(rule), p);
        CHECK(p > 1e-4);
        CHECK_EQ(run(c, std::make_unique<SeededRandom>(7), untruncated(1)).ids,
                 run(c, std::make_unique<SeededRandom>(7), untruncated(1)).ids);
    }
}

TEST("sample-and-match gives the text of decoding without a draft, whatever is drafted") {
    for (uint64_t seed = 0; seed < 300; ++seed) {
        Case c;
        c.rule = Verification::SampleMatch;
        c.policy = [] { return std::unique_ptr<DraftPolicy>(); };
        const std::vector<Token> plain = run(c, std::make_unique<SeededRandom>(seed), untruncated(1)).ids;
        for (const Kind kind : kKinds) {
            for (const bool likeliest : {false, true}) {
                c.draft = kind;
                c.likeliest = likeliest;
                c.policy = [] { return std::make_unique<FixedDraftLength>(2); };
                CHECK_EQ(run(c, std::make_unique<SeededRandom>(seed), untruncated(1)).ids, plain);
            }
        }
    }
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
