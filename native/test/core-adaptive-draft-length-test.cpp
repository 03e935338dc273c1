// The adaptive policy against simulated costs and agreements: no clock, so what it loses against the best fixed length
// and against no draft can be asserted.
#include <algorithm>
#include <array>

#include "adaptive-draft-length.h"
#include "check.h"
#include "fixed-policies.h"
#include "model-drafter.h"
#include "simulated-pair.h"

namespace foretoken {

namespace {

using test::FakeLanguageModel;
using test::Recorder;

constexpr int kContext = 4096;
using test::experience;
using test::kWords;
using test::Machine;
using test::World;
using Policy = std::function<std::unique_ptr<DraftPolicy>(std::shared_ptr<PairExperience>)>;

// Milliseconds on two cores with AMX (a staircase), without it, and of a small target; the draft's step and 64 tokens.
const Machine kMachines[] = {
    {"AMX",
     {{1, 99}, {2, 102}, {4, 104}, {5, 167}, {8, 174}, {9, 270}, {16, 281}, {17, 450}, {32, 466}},
     {{1, 13}, {2, 13.5}, {4, 14}, {64, 110}, {1024, 1800}}},
    {"AVX2",
     {{1, 110}, {2, 112}, {4, 120}, {8, 190}, {16, 380}, {32, 760}},
     {{1, 14}, {2, 15}, {64, 160}, {1024, 2600}}},
    {"small", {{1, 1}, {2, 1.1}, {4, 1.3}, {8, 2.4}, {16, 3.9}}, {{1, 0.12}, {2, 0.13}, {64, 1}, {1024, 16}}},
};

struct Outcome {
    double ms = 0;
    Statistics statistics;
    std::vector<Token> ids;
};

Outcome simulate(const Machine & machine, const World & world, const Policy & policy, int prompt, int output) {
    const auto pair = experience(machine);
    pair->costs.frozen = true;
    const ModelLimits limits{512, 64, kContext};
    FakeLanguageModel target(kWords, test::Successor([&](auto text) { return world.successor(text); }), limits);
    FakeLanguageModel draft(kWords, test::Logits([&](auto text) { return world.draft_logits(text); }), limits);
    ModelDrafter drafter(draft, kWords);
    const test::Endless tokens;
    Scheduler scheduler(target, {&drafter}, tokens, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request;
    for (int i = 0; i < prompt; ++i) {
        request.prompt.push_back(i % kWords);
    }
    request.max_tokens = output;
    request.policy = policy(pair);
    request.listener = recorder;
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    return {test::cost(pair->costs.target, target.batches) + test::cost(pair->costs.drafters[0], draft.batches),
            recorder->statistics, recorder->ids};
}

std::unique_ptr<DraftPolicy> adaptive(const std::shared_ptr<PairExperience> & pair) {
    return std::make_unique<AdaptiveDraftLength>(pair, 16);
}

Policy fixed(int length) {
    return [length](const auto &) { return length > 0 ? std::make_unique<FixedDraftLength>(length) : nullptr; };
}

double total(const Machine & machine, const std::vector<World> & worlds, const Policy & policy, int prompt,
             int output) {
    double ms = 0;
    for (const World & world : worlds) {
        ms += simulate(machine, world, policy, prompt, output).ms;
    }
    return ms;
}

std::vector<World> worlds(double alpha, bool informative) {
    std::vector<World> out;
    for (uint64_t seed = 1; seed <= 8; ++seed) {
        out.push_back({seed, [alpha](size_t) { return alpha; }, informative});
    }
    return out;
}

}  // namespace

TEST("it takes at most 3% longer than the best fixed length, at every agreement and on every machine") {
    for (const Machine & machine : kMachines) {
        for (const bool informative : {false, true}) {
            for (const double alpha : {0.3, 0.5, 0.7, 0.8, 0.9, 0.95}) {
                double best = 1e300;
                int best_length = 0;
                for (const int length : {0, 1, 2, 3, 4, 5, 6, 8, 12}) {
                    const double ms = total(machine, worlds(alpha, informative), fixed(length), 16, 256);
                    if (ms < best) {
                        best = ms;
                        best_length = length;
                    }
                }
                const double baseline = total(machine, worlds(alpha, informative), fixed(0), 16, 256);
                const double ms = total(machine, worlds(alpha, informative), adaptive, 16, 256);
                std::printf("    %-5s %s α %.2f: best fixed %2d gains %.3f, adaptive %.3f, share %.3f\n", machine.name,
                            informative ? "informative " : "uninformative", alpha, best_length, baseline / best,
                            baseline / ms, best / ms);
                CHECK(best / ms >= 0.97);
            }
        }
    }
}

TEST(
    "where drafting cannot pay it costs at most 3%: no agreement, little agreement, a long prompt for a short output") {
    for (const Machine & machine : kMachines) {
        for (const auto & [alpha, prompt, output] : {std::tuple{0.0, 16, 512}, {0.1, 16, 512}, {0.9, 1024, 8}}) {
            const double baseline = total(machine, worlds(alpha, true), fixed(0), prompt, output);
            const double ms = total(machine, worlds(alpha, true), adaptive, prompt, output);
            std::printf("    %-5s α %.1f, prompt %d, output %d: %.3f of plain decoding's speed\n", machine.name, alpha,
                        prompt, output, baseline / ms);
            CHECK(baseline / ms >= 0.97);
        }
    }
}

TEST("it takes drafting up again when the text becomes predictable, and drops it when it no longer is") {
    // Where a draft that lags can catch up cheaply.
    const Machine machine = {"wide", kMachines[0].target, {{1, 13}, {2, 13.5}, {64, 40}, {1024, 600}}};
    const auto late = [](size_t length) { return length > 300 ? 0.95 : 0.0; };
    const auto early = [](size_t length) { return length > 300 ? 0.0 : 0.95; };
    for (uint64_t seed = 1; seed <= 4; ++seed) {
        const double plain = simulate(machine, {seed, late}, fixed(0), 16, 1500).ms;
        CHECK(plain / simulate(machine, {seed, late}, adaptive, 16, 1500).ms > 1.2);
        const double before = simulate(machine, {seed, early}, fixed(0), 16, 1500).ms;
        CHECK(before / simulate(machine, {seed, early}, adaptive, 16, 1500).ms > 1.05);
    }
}

TEST("a drafter that stopped paying is tried again now and then while another drafts every round") {
    const auto pair = experience(kMachines[1]);
    pair->costs.frozen = true;
    pair->costs.drafters.resize(2);  // the second without forward passes, as n-grams are
    pair->calibrations.resize(2);
    AdaptiveDraftLength policy(pair, 8);
    const Confidence fair{0.5F, 1};
    int tried = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::vector<DrafterView> views = {{8, 0, std::nullopt}, {8, 0, fair}};
        const BatchLoad load;
        const DraftPlan plan = policy.plan({0, 8, 3000 - round, load, views});
        const bool model = plan.max_tokens > 0 && plan.drafter == 0;
        const int proposed = plan.max_tokens > 0 && policy.keep_going({0, 0, fair}) ? 1 : 0;
        tried += model && round >= 500 ? 1 : 0;
        policy.observe({0, plan, proposed, !model && round % 2 == 0 ? proposed : 0, 1});
    }
    CHECK(tried >= 3);
    CHECK(tried <= 60);
}

TEST("where the next row alone is too dear, several draft together if that pays for all") {
    // The fifth row costs more than the next three together.
    const Machine stairs = {
        "stairs", {{1, 1}, {4, 1.2}, {5, 1.75}, {8, 1.9}, {64, 20}, {512, 160}}, {{1, 0.05}, {4, 0.06}, {64, 1}}};
    const auto pair = experience(stairs);
    std::vector<AdaptiveDraftLength> policies;
    for (int i = 0; i < 4; ++i) {
        policies.emplace_back(pair, 1);
    }
    const Confidence fair{0.9F, 0.5};
    const std::vector<DrafterView> views = {{8, 0, std::nullopt}};
    std::array<int, 5> rounds{};  // by the number that drew
    for (int round = 0; round < 200; ++round) {
        BatchLoad load{4, 4, 4};
        std::array<DraftPlan, 4> plans;
        std::array<bool, 4> drawn{};
        for (size_t i = 0; i < 4; ++i) {
            plans[i] = policies[i].plan({static_cast<SeqId>(i), 8, 1000, load, views});
        }
        for (size_t i = 0; i < 4; ++i) {
            drawn[i] = plans[i].max_tokens > 0 && policies[i].keep_going({static_cast<SeqId>(i), 0, fair});
            load.rows += drawn[i] ? 1 : 0;
        }
        for (size_t i = 0; i < 4; ++i) {
            const int accepted = drawn[i] && round % 10 < 8 ? 1 : 0;
            policies[i].observe({static_cast<SeqId>(i), plans[i], drawn[i] ? 1 : 0, accepted, 1 + accepted});
        }
        pair->costs.target.observe(load.rows, pair->costs.target.ms(load.rows));
        rounds[static_cast<size_t>(std::count(drawn.begin(), drawn.end(), true))] += 1;
    }
    CHECK(rounds[4] >= 150);
}

TEST("several that ask the draft for nothing, round after round, stop asking, and go on alone as before") {
    // Cheap rows up to eight, which others, with other drafters, have filled by the time that a draft is there.
    const Machine narrow = {"narrow", {{1, 1}, {8, 1.1}, {64, 20}, {512, 160}}, {{1, 0.05}, {4, 0.06}, {64, 1}}};
    const auto pair = experience(narrow);
    std::vector<AdaptiveDraftLength> policies;
    for (int i = 0; i < 4; ++i) {
        policies.emplace_back(pair, 1);
    }
    const std::vector<DrafterView> views = {{8, 0, std::nullopt}};
    const auto asked = [&](int sequences, int filled, int rounds) {
        int asks = 0;
        for (int round = 0; round < rounds; ++round) {
            const int asks_before = asks;
            for (SeqId i = 0; i < sequences; ++i) {
                BatchLoad load{sequences, sequences, sequences};
                AdaptiveDraftLength & policy = policies[static_cast<size_t>(i)];
                const DraftPlan plan = policy.plan({i, 8, 1000, load, views});
                load.rows = load.settled = filled;
                const bool drawn = plan.max_tokens > 0 && policy.keep_going({i, 0, {0.9F, 0.5}});
                asks += plan.max_tokens > 0 ? 1 : 0;
                const int accepted = drawn && round % 10 < 8 ? 1 : 0;
                policy.observe({i, plan, drawn ? 1 : 0, accepted, 1 + accepted});
            }
            if (asks > asks_before) {
                pair->costs.drafters[0].observe(sequences, pair->costs.drafters[0].ms(sequences));
            }
            pair->costs.target.observe(sequences, pair->costs.target.ms(sequences));
        }
        return asks;
    };
    CHECK(asked(4, 16, 8) >= 8);
    CHECK(asked(4, 16, 400) < 400);
    CHECK(asked(1, 1, 100) > 90);
}

TEST("beside one that drafts by another policy it drafts, too") {
    const Machine cheap = {"cheap", {{1, 1}, {64, 1.2}, {512, 20}}, {{1, 0.05}, {4, 0.06}, {64, 1}}};
    const auto pair = experience(cheap);
    AdaptiveDraftLength policy(pair, 4);
    const std::vector<DrafterView> views = {{8, 0, std::nullopt}};
    int asks = 0;
    for (int round = 0; round < 100; ++round) {
        const BatchLoad load{2, 2, 2};
        const DraftPlan plan = policy.plan({0, 8, 1000, load, views});
        const int drawn = plan.max_tokens > 0 && policy.keep_going({0, 0, {0.9F, 0.5}}) ? 1 : 0;
        asks += plan.max_tokens > 0 ? 1 : 0;
        pair->costs.target.observe(2 + drawn, 1.01);
        policy.observe({0, plan, drawn, drawn, 1 + drawn});
    }
    CHECK(asks > 80);
}

TEST("the text is the target's own whatever the policy decides") {
    for (const double alpha : {0.0, 0.5, 0.9}) {
        const World world{3, [alpha](size_t) { return alpha; }, true};
        const std::vector<Token> plain = simulate(kMachines[1], world, fixed(0), 16, 200).ids;
        CHECK_EQ(simulate(kMachines[1], world, adaptive, 16, 200).ids, plain);
        const Policy confidence = [](const auto &) { return std::make_unique<ConfidenceThreshold>(8, 0.7F); };
        CHECK_EQ(simulate(kMachines[1], world, confidence, 16, 200).ids, plain);
    }
}

TEST("with frozen costs it decides the same every time") {
    const World world{5, [](size_t) { return 0.8; }, true};
    const Outcome first = simulate(kMachines[2], world, adaptive, 16, 300);
    const Outcome second = simulate(kMachines[2], world, adaptive, 16, 300);
    CHECK_EQ(first.statistics.proposed, second.statistics.proposed);
    CHECK_EQ(first.statistics.rounds, second.statistics.rounds);
    CHECK_EQ(first.ms, second.ms);
}

TEST("a long prompt is left to the target where the output is too short to earn the draft's own prefill back") {
    const World world{6, [](size_t) { return 0.9; }, true};
    CHECK_EQ(simulate(kMachines[1], world, adaptive, 1024, 8).statistics.draft_tokens, 0);
    CHECK(simulate(kMachines[1], world, adaptive, 1024, 400).statistics.draft_tokens > 1024);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
