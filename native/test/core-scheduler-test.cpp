// The real scheduler and the real model drafter on table-driven fakes.
#include <algorithm>

#include "check.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "model-drafter.h"

namespace foretoken {

namespace {

using test::FakeLanguageModel;
using test::Letters;
using test::Recorder;

constexpr int kVocabulary = 26;
constexpr Token kEnd = kVocabulary - 1;

// Depends on every token before it, and never ends by itself.
Token hashed(std::span<const Token> text) {
    uint64_t hash = 1469598103934665603U;
    for (const Token token : text) {
        hash = (hash ^ static_cast<uint64_t>(token + 1)) * 1099511628211U;
    }
    return static_cast<Token>((hash >> 20) % (kVocabulary - 1));
}

// The target's successor, except where the text has one of these lengths: there the draft is wrong.
test::Successor wrong_at(std::vector<size_t> lengths) {
    return [lengths](std::span<const Token> text) {
        const Token right = hashed(text);
        const bool wrong = std::find(lengths.begin(), lengths.end(), text.size()) != lengths.end();
        return wrong ? (right + 1) % (kVocabulary - 1) : right;
    };
}

const std::vector<Token> kPrompt = {3, 1, 4, 1, 5};

struct Setup {
    FakeLanguageModel target{kVocabulary, hashed};
    FakeLanguageModel draft{kVocabulary, hashed};
    Letters letters{kVocabulary};
    Token shared_vocabulary = kVocabulary;
};

Request request_for(std::shared_ptr<Recorder> recorder, int max_tokens, int draft_length) {
    Request request;
    request.prompt = kPrompt;
    request.max_tokens = max_tokens;
    request.policy = std::make_unique<FixedDraftLength>(draft_length);
    request.listener = std::move(recorder);
    return request;
}

Recorder run(Setup & setup, int max_tokens, int draft_length, std::vector<std::string> stop = {}) {
    ModelDrafter drafter(setup.draft, setup.shared_vocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request = request_for(recorder, max_tokens, draft_length);
    request.stop = std::move(stop);
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    return *recorder;
}

std::vector<Token> plain_text(int max_tokens) {
    std::vector<Token> text = kPrompt;
    for (int i = 0; i < max_tokens; ++i) {
        text.push_back(hashed(text));
    }
    return {text.begin() + static_cast<std::ptrdiff_t>(kPrompt.size()), text.end()};
}

void check_invariants(const Statistics & s) {
    CHECK_EQ(s.corrections + s.bonuses, s.rounds);
    CHECK_EQ(s.committed, s.accepted + s.corrections + s.bonuses);
    CHECK(s.accepted <= s.proposed);
    int64_t accepted = 0;
    for (const int64_t n : s.accepted_per_position) {
        accepted += n;
    }
    CHECK_EQ(accepted, s.accepted);
    CHECK(std::is_sorted(s.accepted_per_position.rbegin(), s.accepted_per_position.rend()));
    const double sum = s.prefill_ms + s.draft_ms + s.verify_ms + s.sample_ms + s.constraint_ms + s.other_ms;
    CHECK(sum >= s.total_ms - 1e-6 && sum <= s.total_ms * 1.001 + 1e-3);
}

}  // namespace

TEST("baseline is a round without a draft: one plain token a pass, the draft model untouched") {
    Setup setup;
    const Recorder result = run(setup, 6, 0);
    CHECK_EQ(result.ids, plain_text(6));
    CHECK_EQ(result.origins, "PPPPPP");
    CHECK_EQ(result.statistics.rounds, 6);
    CHECK_EQ(result.statistics.proposed, 0);
    CHECK_EQ(result.statistics.bonuses, 6);
    CHECK_EQ(setup.draft.passes, 0);
    CHECK_EQ(setup.target.passes, 1 + 6);
    CHECK_EQ(setup.target.tokens, static_cast<int>(kPrompt.size()) - 1 + 6);
    check_invariants(result.statistics);
}

TEST("an all-accepted round ends with a bonus token") {
    Setup setup;
    const Recorder result = run(setup, 8, 3);
    CHECK_EQ(result.ids, plain_text(8));
    CHECK_EQ(result.origins, "DDDBDDDB");
    CHECK_EQ(result.statistics.corrections, 0);
    CHECK_EQ(result.statistics.accepted_per_position, std::vector<int64_t>{2, 2, 2});
    check_invariants(result.statistics);
}

TEST("an early mismatch is corrected and what follows it is discarded") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, wrong_at({5}));
    const Recorder result = run(setup, 5, 3);
    CHECK_EQ(result.ids, plain_text(5));
    CHECK_EQ(result.origins, "CDDDB");
    CHECK_EQ(result.statistics.accepted, 3);
    CHECK_EQ(result.statistics.proposed, 6);
    check_invariants(result.statistics);
}

TEST("a late mismatch keeps the draft before it") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, wrong_at({7}));
    const Recorder result = run(setup, 7, 3);
    CHECK_EQ(result.ids, plain_text(7));
    CHECK_EQ(result.origins, "DDCDDDB");
    CHECK_EQ(result.statistics.accepted_per_position, std::vector<int64_t>{2, 2, 1});
    check_invariants(result.statistics);
}

TEST("the text is the target's own for every draft length and every pattern of mismatches") {
    const std::vector<Token> expected = plain_text(40);
    for (int length = 0; length <= 17; ++length) {
        for (size_t period = 1; period <= 6; ++period) {
            Setup setup;
            std::vector<size_t> wrong;
            for (size_t at = 0; at < 64; at += period) {
                wrong.push_back(at);
            }
            setup.draft = FakeLanguageModel(kVocabulary, wrong_at(wrong));
            const Recorder result = run(setup, 40, length);
            CHECK_EQ(result.ids, expected);
            CHECK(result.reason == FinishReason::Length);
            check_invariants(result.statistics);
        }
    }
}

TEST("the draft's cache is kept: every committed token is evaluated once, every rejected one never again") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, wrong_at({8, 9, 15}));
    const Recorder result = run(setup, 24, 4);
    const Statistics & s = result.statistics;
    CHECK_EQ(s.draft_tokens, setup.draft.tokens);
    CHECK_EQ(s.target_tokens, setup.target.tokens);
    CHECK_EQ(s.target_tokens, s.prompt_tokens - 1 + s.rounds + s.proposed);
    // Per round the draft evaluates what it lacks (the correction; or its own last token and the bonus) and all drawn
    // tokens but the last. The last round ends the sequence, so nothing catches up after it.
    const int64_t after_bonus = s.bonuses - 1;
    CHECK(result.origins.back() == 'B' || result.origins.back() == 'D');
    CHECK_EQ(s.draft_tokens, s.prompt_tokens + (s.proposed - s.rounds) + (s.rounds - 1) + after_bonus);
}

TEST("a draft longer than what is left of the output is cut") {
    Setup setup;
    const Recorder result = run(setup, 3, 16);
    CHECK_EQ(result.origins, "DDB");
    CHECK_EQ(result.statistics.proposed, 2);
}

TEST("a draft longer than the target's context is cut, and the sequence ends when it is full") {
    Setup setup;
    setup.target = FakeLanguageModel(kVocabulary, hashed, {64, 64, 12});
    const Recorder result = run(setup, 100, 16);
    CHECK_EQ(result.ids, plain_text(7));
    CHECK(result.reason == FinishReason::ContextFull);
}

TEST("a draft model whose context ends earlier stops drafting, not generating") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, hashed, {64, 64, 9});
    const Recorder result = run(setup, 20, 3);
    CHECK_EQ(result.ids, plain_text(20));
    CHECK_EQ(result.origins.substr(result.origins.size() - 10), "PPPPPPPPPP");
}

TEST("a draft model with more tokens than the target proposes only those both have") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary + 4, [](std::span<const Token>) { return kVocabulary + 2; });
    setup.shared_vocabulary = kVocabulary;
    CHECK_EQ(run(setup, 12, 3).ids, plain_text(12));
}

TEST("a draft model that lacks a committed token sits out from there on") {
    // The target commits token 20 at length 9; the draft knows 0…19.
    const auto with_foreign = [](std::span<const Token> text) { return text.size() == 9 ? 20 : hashed(text) % 20; };
    Setup setup;
    setup.target = FakeLanguageModel(kVocabulary, with_foreign);
    setup.draft = FakeLanguageModel(20, [](std::span<const Token> text) { return hashed(text) % 20; });
    setup.shared_vocabulary = 20;
    const Recorder result = run(setup, 16, 2);
    Setup plain;
    plain.target = FakeLanguageModel(kVocabulary, with_foreign);
    CHECK_EQ(result.ids, run(plain, 16, 0).ids);
    CHECK_EQ(result.error, "");
    CHECK_EQ(result.origins.substr(result.origins.size() - 8), "PPPPPPPP");
}

TEST("an end-of-generation token inside a draft ends the sequence there and is not emitted") {
    Setup setup;
    const auto ending = [](std::span<const Token> text) { return text.size() == 7 ? kEnd : hashed(text); };
    setup.target = FakeLanguageModel(kVocabulary, ending);
    setup.draft = FakeLanguageModel(kVocabulary, ending);
    const Recorder result = run(setup, 20, 4);
    CHECK_EQ(result.ids, plain_text(2));
    CHECK(result.reason == FinishReason::EndOfGeneration);
    CHECK_EQ(result.statistics.proposed, 3);  // nothing is drafted behind it
    CHECK_EQ(result.statistics.committed, 4);
    check_invariants(result.statistics);
}

TEST("ignore_end generates past end-of-generation tokens") {
    Setup setup;
    setup.target = FakeLanguageModel(kVocabulary, [](std::span<const Token>) { return kEnd; });
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request = request_for(recorder, 5, 2);
    request.ignore_end = true;
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(recorder->ids, std::vector<Token>(5, kEnd));
}

TEST("a stop string inside a draft ends the sequence and cuts the text before it") {
    Setup setup;
    const Recorder all = run(setup, 12, 0);
    const std::string stop = all.text.substr(5, 2);
    for (int length : {0, 1, 4, 11}) {
        const Recorder result = run(setup, 12, length, {stop});
        CHECK_EQ(result.text, all.text.substr(0, all.text.find(stop)));
        CHECK(result.reason == FinishReason::StopString);
    }
}

TEST("a stop token inside a draft ends the sequence before it, past ends of text or not") {
    Setup setup;
    const std::vector<Token> all = run(setup, 12, 0).ids;
    const Token stop = all[5];
    const auto end = std::find(all.begin(), all.end(), stop);
    for (int length : {0, 1, 4, 11}) {
        for (bool ignore_end : {false, true}) {
            ModelDrafter drafter(setup.draft, setup.shared_vocabulary);
            Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
            auto recorder = std::make_shared<Recorder>();
            Request request = request_for(recorder, 12, length);
            request.stop_tokens = {kVocabulary - 1, stop};
            request.ignore_end = ignore_end;
            scheduler.admit(std::move(request));
            while (!scheduler.idle()) {
                scheduler.step();
            }
            CHECK_EQ(recorder->ids, std::vector<Token>(all.begin(), end));
            CHECK(recorder->reason == FinishReason::EndOfGeneration);
        }
    }
}

TEST("prompts longer than the batch are evaluated in chunks by both models") {
    Setup setup;
    setup.target = FakeLanguageModel(kVocabulary, hashed, {4, 4, 256});
    setup.draft = FakeLanguageModel(kVocabulary, hashed, {3, 1, 256});
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request = request_for(recorder, 10, 8);
    request.prompt.assign(50, 2);
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(recorder->ids.size(), 10U);
    CHECK_EQ(recorder->error, "");
    CHECK_EQ(recorder->statistics.proposed, 3 + 3 + 1);  // four rows: three drafts, then what is left
    CHECK(std::is_sorted(recorder->statistics.accepted_per_position.rbegin(),
                         recorder->statistics.accepted_per_position.rend()));
}

TEST("a one-token prompt needs no prefill") {
    Setup setup;
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request = request_for(recorder, 4, 1);
    request.prompt = {7};
    scheduler.admit(std::move(request));
    scheduler.step();
    CHECK_EQ(recorder->origins, "DB");
}

TEST("plain rounds between drafted ones leave both caches right") {
    // Draft lengths per round: the policy alternates, so the drafter must catch up over several plain tokens.
    struct Alternating final : FixedDraftLength {
        Alternating() : FixedDraftLength(5) {}
        DraftPlan plan(const RoundStart & start) override {
            return round % 4 == 3 ? FixedDraftLength::plan(start) : DraftPlan();
        }
        void observe(const RoundOutcome &) override { round += 1; }
        int round = 0;
    };
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, wrong_at({11, 23, 24}));
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request = request_for(recorder, 40, 0);
    request.policy = std::make_unique<Alternating>();
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(recorder->ids, plain_text(40));
    CHECK(recorder->origins.find('D') != std::string::npos);
    CHECK(recorder->origins.find("PPP") != std::string::npos);
    check_invariants(recorder->statistics);
}

TEST("a policy that stops a draft early gets what it drew verified") {
    struct TwoThenStop final : FixedDraftLength {
        TwoThenStop() : FixedDraftLength(10) {}
        bool keep_going(const DraftStep & step) override { return step.drawn < 2; }
        void observe(const RoundOutcome & outcome) override { proposed.push_back(outcome.proposed); }
        std::vector<int> proposed;
    };
    Setup setup;
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request = request_for(recorder, 9, 0);
    auto policy = std::make_unique<TwoThenStop>();
    const TwoThenStop & seen = *policy;
    request.policy = std::move(policy);
    scheduler.admit(std::move(request));
    scheduler.step();  // prefill
    scheduler.step();
    scheduler.step();
    CHECK_EQ(recorder->origins, "DDBDDB");
    CHECK_EQ(seen.proposed, std::vector<int>{2, 2});
}

TEST("after every round the target's cache holds all committed text but its last token") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, wrong_at({6, 9, 10}));
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    scheduler.admit(request_for(recorder, 30, 4));
    scheduler.step();
    while (!scheduler.idle()) {
        std::vector<Token> committed = kPrompt;
        committed.insert(committed.end(), recorder->ids.begin(), recorder->ids.end());
        if (!recorder->ids.empty()) {
            committed.pop_back();
        } else {
            committed.resize(kPrompt.size() - 1);
        }
        CHECK_EQ(setup.target.cached(0), committed);
        scheduler.step();
    }
    CHECK(setup.target.cached(0).empty());
    CHECK(setup.draft.cached(0).empty());
}

TEST("several sequences share passes and each gets the text it would get alone") {
    Setup setup;
    setup.draft = FakeLanguageModel(kVocabulary, wrong_at({7, 8, 12, 20}));
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 3);
    std::vector<std::shared_ptr<Recorder>> recorders;
    for (int i = 0; i < 3; ++i) {
        auto recorder = std::make_shared<Recorder>();
        Request request = request_for(recorder, 10 + 5 * i, 2 * i);
        request.prompt.push_back(i);
        recorders.push_back(recorder);
        scheduler.admit(std::move(request));
        scheduler.step();  // they join one after the other
    }
    CHECK(!scheduler.has_room());
    while (!scheduler.idle()) {
        scheduler.step();
    }
    for (int i = 0; i < 3; ++i) {
        std::vector<Token> text = kPrompt;
        text.push_back(i);
        for (int n = 0; n < 10 + 5 * i; ++n) {
            text.push_back(hashed(text));
        }
        const std::vector<Token> expected(text.begin() + static_cast<std::ptrdiff_t>(kPrompt.size()) + 1, text.end());
        CHECK_EQ(recorders[static_cast<size_t>(i)]->ids, expected);
        check_invariants(recorders[static_cast<size_t>(i)]->statistics);
    }
}

TEST("an abort between passes ends the sequence and does not count its round") {
    Setup setup;
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    auto aborted = std::make_shared<std::atomic<bool>>(false);
    Request request = request_for(recorder, 50, 3);
    request.aborted = aborted;
    scheduler.admit(std::move(request));
    scheduler.step();
    scheduler.step();
    const size_t emitted = recorder->ids.size();
    setup.draft.before_eval = [&] { aborted->store(true); };
    scheduler.step();
    CHECK(scheduler.all_aborted());
    scheduler.step();
    CHECK(scheduler.idle());
    CHECK(recorder->reason == FinishReason::Aborted);
    CHECK_EQ(recorder->ids.size(), emitted);
    CHECK_EQ(recorder->ends, 1);
    check_invariants(recorder->statistics);
}

TEST("a pass that aborts or fails ends every sequence once and leaves the scheduler usable") {
    Setup setup;
    ModelDrafter drafter(setup.draft, kVocabulary);
    Scheduler scheduler(setup.target, {&drafter}, setup.letters, 2);
    for (const bool fails : {false, true}) {
        auto first = std::make_shared<Recorder>();
        auto second = std::make_shared<Recorder>();
        scheduler.admit(request_for(first, 50, 3));
        scheduler.admit(request_for(second, 50, 0));
        scheduler.step();
        scheduler.step();
        setup.target.before_eval = [fails] {
            if (fails) {
                throw EvalFailed("no memory");
            }
            throw EvalAborted();
        };
        scheduler.step();
        setup.target.before_eval = nullptr;
        CHECK(scheduler.idle());
        CHECK_EQ(first->ends + second->ends, 2);
        CHECK_EQ(first->error, fails ? "no memory" : "");
    }
    auto third = std::make_shared<Recorder>();
    scheduler.admit(request_for(third, 10, 3));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(third->ids, plain_text(10));
}

TEST("abort_all ends everything") {
    Setup setup;
    Scheduler scheduler(setup.target, {}, setup.letters, 1);
    auto recorder = std::make_shared<Recorder>();
    scheduler.admit(request_for(recorder, 50, 3));
    scheduler.step();
    scheduler.abort_all();
    CHECK(scheduler.idle());
    CHECK(recorder->reason == FinishReason::Aborted);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
