// Random scripts of arrivals, agreements, draft lengths, stops, aborts, slow readers, shared prefixes and failing
// passes through the real scheduler: whatever happens, a text is the target's own up to where it ends, counters add up,
// and nothing is left in the caches that is not kept on purpose.
#include <numeric>
#include <random>

#include "check.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "model-drafter.h"
#include "ngram-drafter.h"

namespace foretoken {

namespace {

using test::FakeLanguageModel;
using test::Recorder;

constexpr int kVocabulary = 12;
constexpr Token kEnd = kVocabulary - 1;
constexpr uint32_t kSeed = 20261124;

uint64_t hashed(std::span<const Token> text, uint64_t salt) {
    uint64_t hash = 1469598103934665603U ^ salt;
    for (const Token token : text.last(std::min<size_t>(3, text.size()))) {
        hash = (hash ^ static_cast<uint64_t>(token + 1)) * 1099511628211U;
    }
    const int all = std::accumulate(text.begin(), text.end(), 0);  // a wrong cell anywhere shows
    return (hash ^ text.size() / 7 ^ static_cast<uint64_t>(all % 3 * 64)) * 0x9E3779B97F4A7C15U >> 16;
}

Token successor(std::span<const Token> text, uint64_t salt) {
    const uint64_t hash = hashed(text, salt);
    return hash % 97 == 0 ? kEnd : static_cast<Token>(hash % (kVocabulary - 1));
}

// Drafts of random length, none at times, by either drafter; stops at random.
class Whims final : public DraftPolicy {
public:
    explicit Whims(uint32_t seed) : random_(seed) {}

    DraftPlan plan(const RoundStart & start) override {
        const int drafter = static_cast<int>(random_() % start.drafters.size());
        const int room = std::min(start.room, start.drafters[static_cast<size_t>(drafter)].room);
        return {drafter,
                room > 0 && random_() % 4 != 0 ? static_cast<int>(random_() % static_cast<uint32_t>(room + 1)) : 0};
    }
    bool keep_going(const DraftStep &) override { return random_() % 8 != 0; }
    bool step_again(SeqId, int) override { return random_() % 8 != 0; }
    void observe(const RoundOutcome & outcome) override { CHECK(outcome.accepted <= outcome.proposed); }

private:
    std::mt19937 random_;
};

std::shared_ptr<PairCosts> costs() {
    auto costs = std::make_shared<PairCosts>();
    costs->drafters.resize(2);
    costs->target.guess(1, 1);
    costs->target.guess(64, 8);
    return costs;
}

struct Running {
    std::shared_ptr<Recorder> recorder;
    std::vector<Token> prompt;
    std::shared_ptr<std::atomic<bool>> aborted;
    int max_tokens;
};

void check_counters(const Statistics & s) {
    CHECK_EQ(s.corrections + s.bonuses, s.rounds);
    CHECK_EQ(s.committed, s.accepted + s.corrections + s.bonuses);
    CHECK(s.accepted <= s.proposed);
}

void check_text(const Running & running, uint64_t salt) {
    std::vector<Token> text = running.prompt;
    for (const Token token : running.recorder->ids) {
        CHECK_EQ(token, successor(text, salt));
        text.push_back(token);
    }
    const FinishReason reason = running.recorder->reason;
    CHECK(reason != FinishReason::EndOfGeneration || successor(text, salt) == kEnd);
    CHECK(reason != FinishReason::Length || static_cast<int>(running.recorder->ids.size()) == running.max_tokens);
    CHECK(reason != FinishReason::Aborted || running.aborted->load());
    CHECK_EQ(running.recorder->ends, 1);
    CHECK_EQ(running.recorder->error, "");
    check_counters(running.recorder->statistics);
}

// Returns how often the target found no cell behind a sequence's last one.
int play(uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t n) { return static_cast<int>(random() % n); };
    const uint64_t salt = random();
    const uint32_t disagreement = 1 + static_cast<uint32_t>(random() % 10);
    const int sequences = 1 + below(6);
    const ModelLimits limits{16 + below(48), 8 + below(8), 80, 80 * sequences};
    FakeLanguageModel target(kVocabulary, test::Successor([&](auto text) { return successor(text, salt); }), limits);
    const auto drafted = [&](std::span<const Token> text) {
        const Token right = successor(text, salt);
        const bool wrong = hashed(text, salt + 1) % 10 < disagreement;
        return wrong ? (right + 1) % (kVocabulary - 1) : right;
    };
    FakeLanguageModel draft(kVocabulary, test::Successor(drafted), limits);
    // Now and then a pass over several sequences fails: each is then evaluated alone.
    const auto fails = [&](std::span<const BatchToken> batch) {
        return batch.front().seq != batch.back().seq && below(30) == 0;
    };
    target.fails = fails;
    draft.fails = fails;
    ModelDrafter model(draft, kVocabulary);
    NgramDrafter ngrams({1, 200, 6});
    const test::Letters letters(kVocabulary);
    const int kept = below(4);
    const size_t kept_cells = below(4) == 0 ? 60 : std::numeric_limits<size_t>::max();
    Scheduler scheduler(target, {&model, &ngrams}, letters, sequences, below(2) == 0 ? nullptr : costs(),
                        {static_cast<size_t>(kept), kept_cells});

    std::vector<Running> all;
    for (int step = 0; step < 60 || !scheduler.idle(); ++step) {
        if (step < 60 && scheduler.has_room() && below(3) == 0) {
            Running running{
                std::make_shared<Recorder>(), {}, std::make_shared<std::atomic<bool>>(false), 1 + below(40)};
            if (!all.empty() && below(2) == 0) {  // goes on from, or branches off, another's text
                const Running & other = all[static_cast<size_t>(below(static_cast<uint32_t>(all.size())))];
                running.prompt = other.prompt;
                running.prompt.insert(running.prompt.end(), other.recorder->ids.begin(), other.recorder->ids.end());
                running.prompt.resize(std::min<size_t>(running.prompt.size(), static_cast<size_t>(1 + below(19))));
            }
            for (int i = 0; i <= below(20); ++i) {
                running.prompt.push_back(below(kVocabulary - 1));
            }
            Request request;
            request.prompt = running.prompt;
            request.max_tokens = running.max_tokens;
            request.policy = below(5) == 0 ? nullptr : std::make_unique<Whims>(static_cast<uint32_t>(random()));
            request.priority = below(3);
            request.share_prefix = below(5) != 0;
            request.listener = running.recorder;
            request.aborted = running.aborted;
            all.push_back(running);
            scheduler.admit(std::move(request));
        }
        if (!all.empty() && below(40) == 0) {
            all[static_cast<size_t>(below(static_cast<uint32_t>(all.size())))].aborted->store(true);
        }
        for (const Running & running : all) {
            running.recorder->full = step < 60 && (running.recorder->full ? below(6) != 0 : below(20) == 0);
        }
        scheduler.step();
    }
    for (const Running & running : all) {
        check_text(running, salt);
    }
    scheduler.forget_kept();
    for (SeqId seq = 0; seq < sequences + kept; ++seq) {
        CHECK(target.cached(seq).empty());
        CHECK(draft.cached(seq).empty());
    }
    return target.refusals;
}

}  // namespace

TEST("3000 random schedules leave every text the target's own") {
    std::printf("    seeds %u…%u\n", kSeed, kSeed + 2999);
    int refusals = 0;
    for (uint32_t seed = kSeed; seed < kSeed + 3000; ++seed) {
        refusals += play(seed);
    }
    std::printf("    %d passes found no cell behind a sequence's last one\n", refusals);
    CHECK(refusals > 0);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
