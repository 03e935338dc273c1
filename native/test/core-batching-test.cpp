// Many sequences at once through the real scheduler: prompts beside streams, shared prefixes, pauses, failures, load.
#include "adaptive-draft-length.h"
#include "check.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "model-drafter.h"
#include "prefill-budget.h"

namespace foretoken {

namespace {

using test::FakeLanguageModel;
using test::Recorder;
using Tokens = std::vector<Token>;

constexpr int kVocabulary = 26;

// Depends on the whole text, so that a cell of another sequence changes it.
Token successor(std::span<const Token> text) {
    uint64_t hash = 7;
    for (const Token token : text) {
        hash = (hash ^ static_cast<uint64_t>(token + 1)) * 1099511628211U;
    }
    return static_cast<Token>((hash >> 20) % (kVocabulary - 1));
}

Tokens continued(Tokens text, size_t tokens) {
    Tokens out;
    for (size_t i = 0; i < tokens; ++i) {
        out.push_back(successor(text));
        text.push_back(out.back());
    }
    return out;
}

Tokens prompt_of(int length, Token first) {
    Tokens prompt;
    for (int i = 0; i < length; ++i) {
        prompt.push_back((first + i * i) % (kVocabulary - 1));
    }
    return prompt;
}

// Every token costs as much as the first: a machine at its limit.
std::shared_ptr<PairCosts> proportional_costs() {
    auto costs = std::make_shared<PairCosts>();
    costs->drafters.resize(1);
    for (const int tokens : {1, 512}) {
        costs->target.guess(tokens, tokens);
        costs->drafters[0].guess(tokens, 0.01 * tokens);
    }
    costs->frozen = true;
    return costs;
}

struct Machine {
    explicit Machine(int sequences, size_t kept = 0, ModelLimits limits = {64, 64, 256},
                     std::shared_ptr<PairCosts> costs = nullptr)
        : target(kVocabulary, test::Successor(successor), limits),
          draft(kVocabulary, test::Successor(successor), limits),
          scheduler(target, {&drafter}, letters, sequences, std::move(costs), {kept}) {}

    std::shared_ptr<Recorder> ask(Tokens prompt, int max_tokens, int draft_length = 0, int priority = 0) {
        auto recorder = std::make_shared<Recorder>();
        Request request;
        request.prompt = std::move(prompt);
        request.max_tokens = max_tokens;
        request.priority = priority;
        request.policy = draft_length > 0 ? std::make_unique<FixedDraftLength>(draft_length) : nullptr;
        request.listener = recorder;
        scheduler.admit(std::move(request));
        return recorder;
    }
    void run() {
        while (!scheduler.idle()) {
            scheduler.step();
        }
    }

    FakeLanguageModel target;
    FakeLanguageModel draft;
    ModelDrafter drafter{draft, kVocabulary};
    test::Letters letters;
    Scheduler scheduler;
};

// Puts a text into an empty sequence's cache.
void fill(FakeLanguageModel & model, SeqId seq, const Tokens & text) {
    std::vector<BatchToken> batch;
    for (const Token token : text) {
        batch.push_back({seq, static_cast<Pos>(batch.size()), token, false});
    }
    model.eval(batch);
}

}  // namespace

TEST("a stream goes on with every pass while a long prompt is read in chunks") {
    Machine machine(2, 0, {64, 64, 256}, proportional_costs());
    const auto stream = machine.ask({1}, 100);
    machine.scheduler.step();
    const auto newcomer = machine.ask(prompt_of(200, 3), 1);
    machine.target.batches.clear();
    while (newcomer->ends == 0) {
        const size_t before = stream->ids.size();
        machine.scheduler.step();
        CHECK_EQ(stream->ids.size(), before + 1);
    }
    for (const int tokens : machine.target.batches) {
        CHECK(tokens <= 1 + kLeastChunk);
    }
    CHECK_EQ(newcomer->ids, continued(prompt_of(200, 3), 1));
}

TEST("a prompt that nobody runs beside is read in whole batches, where rows are cheap half of one beside a stream") {
    Machine machine(2);
    machine.ask(prompt_of(129, 3), 1);
    machine.run();
    CHECK_EQ(machine.target.batches, std::vector<int>{64, 64, 1});
    machine.target.batches.clear();
    machine.ask({1}, 100);
    machine.scheduler.step();
    const auto newcomer = machine.ask(prompt_of(65, 3), 1);
    while (newcomer->ends == 0) {
        machine.scheduler.step();
    }
    CHECK_EQ(machine.target.batches, std::vector<int>{1, 33, 33, 2});
}

TEST("what chunks cost is learnt from the passes that read them, whoever decodes beside") {
    auto costs = std::make_shared<PairCosts>();
    costs->drafters.resize(1);
    for (const auto & [tokens, ms] : {std::pair{1, 1.0}, {64, 1.1}, {512, 1.2}}) {
        costs->target.guess(tokens, ms);
    }
    Machine machine(2, 0, {512, 64, 1024}, costs);
    machine.ask({1}, 100);
    machine.scheduler.step();
    machine.ask(prompt_of(600, 3), 1);
    const double guessed = costs->target.ms(256) / costs->target.ms(1);
    machine.run();
    CHECK(costs->target.ms(256) / costs->target.ms(1) > 1.5 * guessed);
}

TEST("a chunk is as large as its time allows") {
    PassCosts costs;
    costs.guess(1, 10);
    costs.guess(33, 20);
    costs.guess(513, 500);
    CHECK_EQ(affordable_chunk(costs, 1, 20, 1000), 32);
    CHECK_EQ(affordable_chunk(costs, 1, 1, 1000), kLeastChunk);
    CHECK_EQ(affordable_chunk(costs, 1, 1e9, 100), 100);
    CHECK_EQ(affordable_chunk(costs, 1, 20, 3), 3);
}

TEST("requests that come together evaluate their common prefix once, in target and draft") {
    Machine machine(4);
    std::vector<std::shared_ptr<Recorder>> all;
    for (Token i = 0; i < 4; ++i) {
        Tokens prompt = prompt_of(100, 5);
        prompt.push_back(i);
        all.push_back(machine.ask(prompt, 6, 3));
    }
    machine.run();
    int64_t cached = 0;
    for (Token i = 0; i < 4; ++i) {
        Tokens prompt = prompt_of(100, 5);
        prompt.push_back(i);
        CHECK_EQ(all[static_cast<size_t>(i)]->ids, continued(prompt, 6));
        cached += all[static_cast<size_t>(i)]->statistics.cached_tokens;
    }
    CHECK_EQ(cached, int64_t{300});
    CHECK(machine.target.tokens < 100 + 4 * 12);
    CHECK(machine.draft.tokens < 100 + 4 * 16);
}

TEST("a chat of ten turns evaluates each of its tokens once") {
    Machine machine(1, 4);
    Tokens chat = prompt_of(20, 2);
    int64_t rejected = 0;
    for (int turn = 0; turn < 10; ++turn) {
        const auto answer = machine.ask(chat, 7, 3);
        machine.run();
        const Statistics & s = answer->statistics;
        rejected += s.proposed - s.accepted;
        CHECK(turn == 0 || s.cached_tokens + 5 >= static_cast<int64_t>(chat.size()));
        chat.insert(chat.end(), answer->ids.begin(), answer->ids.end());
        const Tokens more = prompt_of(3, turn);
        chat.insert(chat.end(), more.begin(), more.end());
    }
    CHECK_EQ(rejected, int64_t{0});
    // Without the last user's words and the token before, which nobody went on from.
    CHECK(machine.target.tokens <= static_cast<int>(chat.size()) - 3);
    CHECK(machine.target.tokens >= static_cast<int>(chat.size()) - 4);
    CHECK(machine.draft.tokens <= static_cast<int>(chat.size()) - 3);
    machine.scheduler.forget_kept();
    for (SeqId seq = 0; seq < 5; ++seq) {
        CHECK(machine.target.cached(seq).empty());
        CHECK(machine.draft.cached(seq).empty());
    }
}

TEST("a request that shares nothing neither takes nor leaves anything") {
    Machine machine(1, 4);
    for (const bool shares : {true, false, true}) {
        auto recorder = std::make_shared<Recorder>();
        Request request;
        request.prompt = prompt_of(30, 1);
        request.share_prefix = shares;
        request.max_tokens = 2;
        request.listener = recorder;
        machine.scheduler.admit(std::move(request));
        machine.run();
        CHECK_EQ(recorder->ids, continued(prompt_of(30, 1), 2));
        CHECK_EQ(recorder->statistics.cached_tokens, shares && machine.target.passes > 4 ? int64_t{29} : int64_t{0});
    }
}

TEST("what was kept gives way to running sequences, the longest unused first") {
    Machine machine(1, 8, {64, 64, 100, 100});
    for (Token first = 0; first < 4; ++first) {
        machine.ask(prompt_of(30, 7 * first), 1);
        machine.run();
    }
    // 3 · 30 cells are left beside a prompt of 30 that was evaluated but for its last token.
    CHECK_EQ(machine.ask(prompt_of(30, 21), 1)->statistics.cached_tokens, int64_t{0});
    machine.run();
    const auto first = machine.ask(prompt_of(30, 0), 1);
    machine.run();
    CHECK_EQ(first->statistics.cached_tokens, int64_t{0});
    const auto last = machine.ask(prompt_of(30, 21), 1);
    machine.run();
    CHECK_EQ(last->statistics.cached_tokens, int64_t{29});
}

TEST("a text that has reached the end of the cache is read again from its beginning, and goes on") {
    for (const int draft : {0, 3}) {
        Machine machine(1, 4, {64, 64, 100, 100});
        const auto first = machine.ask(prompt_of(10, 0), 50, draft);
        machine.run();
        const int tokens = machine.target.tokens;
        const auto second = machine.ask(prompt_of(10, 7), 60, draft);  // begins behind what is kept of the first
        machine.run();
        CHECK_EQ(first->ids, continued(prompt_of(10, 0), 50));
        CHECK_EQ(second->ids, continued(prompt_of(10, 7), 60));
        CHECK_EQ(second->error, "");
        CHECK(machine.target.tokens > tokens + 100);
        // It lies at the beginning now, and whoever comes next goes on behind it.
        const auto third = machine.ask(prompt_of(10, 14), 20, draft);
        machine.run();
        CHECK_EQ(third->ids, continued(prompt_of(10, 14), 20));
    }
}

TEST("texts of several sequences that reach the end of the cache together stay their own") {
    for (const int draft : {0, 3}) {
        Machine machine(3, 6, {64, 64, 60, 180});
        std::vector<std::shared_ptr<Recorder>> all;
        for (Token i = 0; i < 12; ++i) {
            while (!machine.scheduler.has_room()) {
                machine.scheduler.step();
            }
            all.push_back(machine.ask(prompt_of(5 + i % 4, 3 * i), 40 + i % 7, draft));
        }
        machine.run();
        for (Token i = 0; i < 12; ++i) {
            CHECK_EQ(all[static_cast<size_t>(i)]->ids,
                     continued(prompt_of(5 + i % 4, 3 * i), static_cast<size_t>(40 + i % 7)));
        }
    }
}

TEST("what is kept of a text can be read out as far as asked, and kept again elsewhere") {
    Machine machine(1, 4);
    machine.ask(prompt_of(30, 1), 1);
    machine.run();
    Tokens held;
    const Tokens part = prompt_of(20, 1);
    CHECK_EQ(machine.scheduler.read_kept(part, [&](SeqId seq) { held = machine.target.cached(seq); }), size_t{20});
    CHECK_EQ(held, part);
    CHECK_EQ(machine.scheduler.read_kept(Tokens{24}, [](SeqId) { CHECK(false); }), size_t{0});

    Machine other(1, 4, {64, 64, 256, 60});
    const auto fill_as = [&](bool filled) {
        return [&, filled](SeqId seq) {
            fill(other.target, seq, held);
            return filled;
        };
    };
    CHECK(!other.scheduler.keep(held, fill_as(false)));
    bool asked = false;
    CHECK(!other.scheduler.keep(prompt_of(61, 1), [&](SeqId) { return asked = true; }));
    CHECK(!asked);
    CHECK(other.scheduler.keep(held, fill_as(true)));
    const auto answer = other.ask(prompt_of(30, 1), 2);
    other.run();
    CHECK_EQ(answer->statistics.cached_tokens, int64_t{20});
    CHECK_EQ(answer->ids, continued(prompt_of(30, 1), 2));
}

TEST("what a draft has evaluated of a kept text goes with it, as far as it is asked for") {
    Machine machine(1, 4);
    machine.ask(prompt_of(30, 1), 4, 3);
    machine.run();
    Tokens held;
    Tokens drafted;
    machine.scheduler.read_kept(prompt_of(20, 1), [&](SeqId seq) {
        held = machine.target.cached(seq);
        const auto kept = machine.drafter.kept(seq);
        drafted.assign(kept.begin(), kept.end());
        CHECK_EQ(machine.draft.cached(seq), drafted);
    });
    CHECK_EQ(drafted, prompt_of(19, 1));

    for (const bool fits : {true, false}) {
        Machine other(1, 4);
        CHECK(other.scheduler.keep(held, [&](SeqId seq) {
            fill(other.target, seq, held);
            other.drafter.adopt(seq, drafted, [&] {
                fill(other.draft, seq, drafted);
                return fits;
            });
            return true;
        }));
        other.draft.tokens = 0;
        const auto answer = other.ask(prompt_of(30, 1), 2, 1);
        other.run();
        CHECK_EQ(answer->ids, continued(prompt_of(30, 1), 2));
        CHECK_EQ(other.draft.tokens, fits ? 11 : 30);
    }
}

TEST("a sequence that nobody reads pauses, the others go on, and it resumes with its own text") {
    Machine machine(2);
    const auto slow = machine.ask({1, 2}, 20, 3);
    const auto fast = machine.ask({3}, 20, 3);
    machine.scheduler.step();
    machine.scheduler.step();
    const size_t read = slow->ids.size();
    slow->full = true;
    while (fast->ends == 0) {
        CHECK(machine.scheduler.runnable());
        machine.scheduler.step();
    }
    CHECK_EQ(slow->ids.size(), read);
    CHECK(!machine.scheduler.runnable());
    slow->full = false;
    CHECK(machine.scheduler.runnable());
    machine.run();
    CHECK_EQ(slow->ids, continued({1, 2}, 20));
    CHECK_EQ(fast->ids, continued({3}, 20));
}

TEST("a sequence that nobody reads gives its slot to the next one and goes on where it was") {
    Machine machine(1, 2);
    const auto slow = machine.ask(prompt_of(60, 1), 20, 3);
    while (slow->ids.size() < 5) {
        machine.scheduler.step();
    }
    const size_t read = slow->ids.size();
    CHECK(!machine.scheduler.has_room());
    slow->full = true;
    CHECK(machine.scheduler.has_room());
    const auto next = machine.ask({3}, 20, 3);
    while (next->ends == 0) {
        machine.scheduler.step();
    }
    CHECK_EQ(slow->ids.size(), read);
    slow->full = false;
    const int before = machine.target.tokens;
    machine.run();
    CHECK(machine.target.tokens - before < 60);  // its text was kept
    CHECK_EQ(slow->ids, continued(prompt_of(60, 1), 20));
    CHECK_EQ(next->ids, continued({3}, 20));
    CHECK_EQ(slow->statistics.cached_tokens, 0);
}

TEST("what gave way meanwhile of a sequence without a slot is evaluated again") {
    Machine machine(1, 1);
    const auto slow = machine.ask(prompt_of(60, 1), 20);
    while (slow->ids.size() < 5) {
        machine.scheduler.step();
    }
    slow->full = true;
    const auto next = machine.ask(prompt_of(40, 7), 2);
    const auto last = machine.ask(prompt_of(40, 9), 2);
    while (last->ends == 0) {
        machine.scheduler.step();
    }
    slow->full = false;
    machine.run();
    CHECK_EQ(slow->ids, continued(prompt_of(60, 1), 20));
    CHECK_EQ(next->ids, continued(prompt_of(40, 7), 2));
    CHECK_EQ(last->ids, continued(prompt_of(40, 9), 2));
}

TEST("a slot whose sequence could not be kept stays with it") {
    Machine machine(1, 0);
    const auto slow = machine.ask({1, 2}, 20);
    machine.scheduler.step();
    slow->full = true;
    CHECK(!machine.scheduler.has_room());
    const auto next = machine.ask({3}, 1);
    machine.scheduler.step();
    CHECK_EQ(next->ends, 0);
    slow->full = false;
    machine.run();
    CHECK_EQ(slow->ids, continued({1, 2}, 20));
    CHECK_EQ(next->ids, continued({3}, 1));
}

TEST("a sequence that waits for a slot again lets higher priorities go first") {
    Machine machine(1, 2);
    const auto low = machine.ask({1, 2}, 20);
    machine.scheduler.step();
    low->full = true;
    const auto running = machine.ask({3}, 5);
    machine.scheduler.step();
    low->full = false;
    CHECK(!machine.scheduler.has_room(1));  // the slot is taken
    while (running->ends == 0) {
        machine.scheduler.step();
    }
    CHECK(!machine.scheduler.has_room(0));
    CHECK(machine.scheduler.has_room(1));
    const auto high = machine.ask({4}, 5, 0, 1);
    while (high->ends == 0) {
        machine.scheduler.step();
        CHECK(low->ends == 0);
    }
    machine.run();
    CHECK_EQ(low->ids, continued({1, 2}, 20));
}

TEST("a sequence that has given its slot away takes it back as soon as one is free, and can be aborted meanwhile") {
    Machine machine(1, 2);
    const auto slow = machine.ask({1, 2}, 20);
    while (slow->ids.empty()) {
        machine.scheduler.step();
    }
    slow->full = true;
    const auto next = machine.ask({3}, 10);
    machine.scheduler.step();
    slow->full = false;
    CHECK(!machine.scheduler.has_room());
    while (next->ends == 0) {
        machine.scheduler.step();
    }
    machine.scheduler.step();
    CHECK(slow->ids.size() > 1);
    slow->full = true;
    machine.ask({4}, 1);
    machine.scheduler.step();
    machine.scheduler.abort_all();
    CHECK_EQ(slow->ends, 1);
    CHECK_EQ(slow->ids, continued({1, 2}, slow->ids.size()));
    CHECK(machine.scheduler.idle());
}

TEST("the prompt of the higher priority is read first") {
    Machine machine(3);
    const auto low = machine.ask(prompt_of(150, 1), 1, 0, -1);
    const auto equal = machine.ask(prompt_of(150, 2), 1);
    const auto high = machine.ask(prompt_of(150, 3), 1, 0, 5);
    std::vector<Recorder *> order;
    while (!machine.scheduler.idle()) {
        machine.scheduler.step();
        for (Recorder * recorder : {low.get(), equal.get(), high.get()}) {
            if (recorder->ends > 0 && std::find(order.begin(), order.end(), recorder) == order.end()) {
                order.push_back(recorder);
            }
        }
    }
    CHECK(order == std::vector<Recorder *>({high.get(), equal.get(), low.get()}));
}

TEST("a prompt does not wait for what one of lower priority will have read") {
    Machine machine(3);
    Tokens shared = prompt_of(150, 1);
    const auto low = machine.ask(shared, 1, 0, -1);
    machine.scheduler.step();
    const auto between = machine.ask(prompt_of(200, 2), 1);
    shared.push_back(3);
    const auto high = machine.ask(shared, 1, 0, 5);
    while (high->ends == 0) {
        machine.scheduler.step();
    }
    CHECK_EQ(between->ends, 0);
    CHECK_EQ(high->statistics.cached_tokens, int64_t{64});
    machine.run();
}

TEST("a pass that fails for one sequence ends no other, whichever model fails") {
    for (const bool drafting : {false, true}) {
        Machine machine(3);
        const Token poison = 25;
        const auto contains = [](std::span<const BatchToken> batch) {
            return std::any_of(batch.begin(), batch.end(), [](const BatchToken & t) { return t.token == poison; });
        };
        (drafting ? machine.draft : machine.target).fails = contains;
        const auto before = machine.ask({1, 2, 3}, 20, 3);
        const auto culprit = machine.ask({4, poison, 5}, 20, 3);
        const auto behind = machine.ask({6, 7}, 20, 3);
        machine.run();
        CHECK_EQ(culprit->code, "EVAL_FAILED");
        CHECK_EQ(culprit->ids.size(), size_t{0});
        CHECK_EQ(before->error + behind->error, "");
        CHECK_EQ(before->ids, continued({1, 2, 3}, 20));
        CHECK_EQ(behind->ids, continued({6, 7}, 20));
    }
}

TEST("a pass that fails only for several together ends nobody") {
    Machine machine(3);
    const auto several = [](std::span<const BatchToken> batch) {
        return std::any_of(batch.begin(), batch.end(), [&](const BatchToken & t) { return t.seq != batch[0].seq; });
    };
    machine.target.fails = several;
    machine.draft.fails = several;
    std::vector<std::shared_ptr<Recorder>> all;
    for (Token first = 0; first < 3; ++first) {
        all.push_back(machine.ask({first}, 15, 3));
    }
    machine.run();
    for (Token first = 0; first < 3; ++first) {
        CHECK_EQ(all[static_cast<size_t>(first)]->ids, continued({first}, 15));
    }
}

TEST("drafts shrink as sequences join and vanish where a row costs as much as a pass of its own") {
    // Up to eight rows cost what one does, each further one an eighth of it.
    auto experience = std::make_shared<PairExperience>();
    experience->calibrations.resize(1);
    experience->costs.drafters.resize(1);
    for (const auto & [tokens, ms] : {std::pair{1, 8.0}, std::pair{8, 8.0}, std::pair{512, 512.0}}) {
        experience->costs.target.guess(tokens, ms);
        experience->costs.drafters[0].guess(tokens, ms / 40);
    }
    experience->costs.frozen = true;
    std::vector<double> drafted;
    for (const int sequences : {1, 2, 4, 16}) {
        Machine machine(sequences, 0, {512, 512, 256}, std::shared_ptr<PairCosts>(experience, &experience->costs));
        std::vector<std::shared_ptr<Recorder>> all;
        for (int i = 0; i < sequences; ++i) {
            all.push_back(std::make_shared<Recorder>());
            Request request;
            request.prompt = {i};
            request.max_tokens = 100;
            request.policy = std::make_unique<AdaptiveDraftLength>(experience, 16);
            request.listener = all.back();
            machine.scheduler.admit(std::move(request));
        }
        machine.run();
        double proposed = 0;
        double rounds = 0;
        for (const auto & recorder : all) {
            proposed += static_cast<double>(recorder->statistics.proposed);
            rounds += static_cast<double>(recorder->statistics.rounds);
        }
        drafted.push_back(proposed / rounds);
    }
    CHECK(drafted[0] > 5);
    CHECK(drafted[1] < drafted[0]);
    CHECK(drafted[2] < drafted[1]);
    CHECK(drafted[2] > 0.5);
    CHECK(drafted[3] < 0.1);
    std::printf("    tokens drafted a round beside 0, 1, 3, 15 others: %.2f %.2f %.2f %.2f\n", drafted[0], drafted[1],
                drafted[2], drafted[3]);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
