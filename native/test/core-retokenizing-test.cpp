// Drafts of another vocabulary: the committed text in the draft's tokens, the draft in the target's.
#include <random>

#include "check.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "pieces.h"
#include "retokenizing-drafter.h"

namespace foretoken {

namespace {

using test::FakeLanguageModel;
using test::Pieces;
using test::Recorder;
using Tokens = std::vector<Token>;

// Lower-cases what it reads, as no byte-level tokenizer does.
class LowerCasing final : public Tokenizer {
public:
    std::string_view piece(Token token) const override { return inner_.piece(token); }
    bool ends_generation(Token) const override { return false; }
    std::string written(Token token) const override { return inner_.written(token); }
    Token end() const override { return -1; }
    Tokens tokenize(std::string_view text, bool at_start) const override {
        std::string lower(text);
        for (char & letter : lower) {
            letter = static_cast<char>(std::tolower(letter));
        }
        return inner_.tokenize(lower, at_start);
    }

private:
    Pieces inner_{{"a", "b", "ab", "ba"}};
};

// Says the letters of a text over and over, whatever it has read before, in the pieces of a tokenizer: after a text of
// n bytes comes the piece that the tokenizer begins text[n…] with.
test::Successor reciting(const Pieces & tokenizer, const std::string & letters) {
    return [&tokenizer, letters](std::span<const Token> said) {
        std::string rest;
        const size_t from = tokenizer.text({said.begin(), said.end()}).size();
        for (size_t i = 0; i < 8; ++i) {
            rest += letters[(from + i) % letters.size()];
        }
        return tokenizer.tokenize(rest, false).front();
    };
}

struct Setup {
    const Tokenizer & target_tokens;
    const Tokenizer & draft_tokens;
    FakeLanguageModel & target;
    FakeLanguageModel & draft;
    int draft_vocabulary;
};

Recorder run(const Setup & setup, const Tokens & prompt, int max_tokens, int draft_length, bool ignore_end = false) {
    RetokenizingDrafter drafter(setup.draft, setup.draft_vocabulary, setup.target_tokens, setup.draft_tokens);
    Scheduler scheduler(setup.target, {&drafter}, setup.target_tokens, 1);
    auto recorder = std::make_shared<Recorder>();
    Request request;
    request.prompt = prompt;
    request.max_tokens = max_tokens;
    request.ignore_end = ignore_end;
    if (draft_length > 0) {
        request.policy = std::make_unique<FixedDraftLength>(draft_length);
    }
    request.listener = recorder;
    scheduler.admit(std::move(request));
    while (!scheduler.idle()) {
        scheduler.step();
    }
    CHECK_EQ(recorder->error, "");
    return *recorder;
}

// What one round of the draft model proposes after the prompt.
Tokens propose(const Setup & setup, const Tokens & prompt, int max_tokens, std::vector<int> * draws = nullptr) {
    RetokenizingDrafter drafter(setup.draft, setup.draft_vocabulary, setup.target_tokens, setup.draft_tokens);
    drafter.begin(0, prompt);
    FixedDraftLength policy(max_tokens);
    Sampler sampler(SamplingOptions(), std::make_unique<SeededRandom>(0));
    std::vector<DraftRequest> requests(1);
    requests[0] = {.seq = 0,
                   .max_tokens = std::min(max_tokens, drafter.view(0).room),
                   .policy = &policy,
                   .sampler = &sampler,
                   .ends = &setup.target_tokens,
                   .likeliest = true,
                   .distributions = true};
    if (requests[0].max_tokens > 0) {
        BatchLoad load;
        drafter.propose(requests, load);
    }
    drafter.end(0);
    CHECK_EQ(requests[0].drafted.size(), requests[0].tokens.size());
    if (draws) {
        *draws = requests[0].draws.value_or(std::vector<int>());
    }
    return requests[0].tokens;
}

}  // namespace

TEST("a text that grows piece by piece has the tokens of the whole text, and says which stayed") {
    const Pieces tokenizer({"a", "b", "c", "ab", "abc", "cab", "bb"});
    std::mt19937 random(1);
    for (int trial = 0; trial < 200; ++trial) {
        RetokenizedText text(tokenizer);
        std::string bytes;
        for (int i = 0; i < 30; ++i) {
            std::string added;
            for (auto length = random() % 4; length > 0; --length) {
                added += static_cast<char>('a' + random() % 3);
            }
            const Tokens before = text.tokens();
            const size_t kept = text.append(added);
            bytes += added;
            CHECK(kept <= std::min(before.size(), text.tokens().size()));
            CHECK(
                std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(kept), text.tokens().begin()));
            CHECK_EQ(tokenizer.text(text.tokens()), bytes);
        }
        CHECK(text.tokens().size() <= tokenizer.tokenize(bytes, true).size() + 2);
        CHECK(text.complete());
    }
}

TEST("appending changes the last tokens where they grow together with what follows") {
    const Pieces tokenizer({"h", "e", "l", "o", "hel", "hello"});
    RetokenizedText text(tokenizer);
    CHECK_EQ(text.append("hel"), size_t{0});
    CHECK_EQ(text.tokens(), Tokens{4});
    CHECK_EQ(text.append("lo"), size_t{0});
    CHECK_EQ(text.tokens(), Tokens{5});
    CHECK_EQ(text.append("h"), size_t{1});
    CHECK_EQ(text.tokens(), Tokens({5, 0}));
}

TEST("a text begins with the model's own BOS, once") {
    const Pieces tokenizer({"<s>", "a", "aa"}, -1, 0);
    RetokenizedText text(tokenizer);
    text.append("a");
    CHECK_EQ(text.tokens(), Tokens({0, 1}));
    text.append("a");
    CHECK_EQ(text.tokens(), Tokens({0, 2}));
    text.append("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    CHECK_EQ(std::count(text.tokens().begin(), text.tokens().end(), 0), 1);
}

TEST("half a character waits for its other half") {
    const Pieces tokenizer({"a", "\xC3\xA9", "\xF0\x9F\x98\x80", "\xE2"});
    RetokenizedText text(tokenizer);
    text.append("a\xC3");
    CHECK_EQ(text.tokens(), Tokens{0});
    CHECK(!text.complete());
    text.append("\xA9\xF0\x9F\x98");
    CHECK_EQ(text.tokens(), Tokens({0, 1}));
    text.append("\x80");
    CHECK_EQ(text.tokens(), Tokens({0, 1, 2}));
    CHECK(text.complete());
    text.append("\xE2"
                "a");  // never a character: its byte stands for itself
    CHECK_EQ(text.tokens(), Tokens({0, 1, 2, 3, 0}));
}

TEST("a tokenizer that spells the text differently still follows it") {
    const LowerCasing tokenizer;
    RetokenizedText text(tokenizer);
    std::string expected;
    for (int i = 0; i < 40; ++i) {
        text.append(i % 2 == 0 ? "A" : "b");
        CHECK(text.complete());
        std::string said;
        for (const Token token : text.tokens()) {
            said += tokenizer.piece(token);
        }
        expected += i % 2 == 0 ? "a" : "b";
        CHECK_EQ(said, expected);
    }
}

TEST("the draft's letters are proposed in the target's pieces, with the draws that each took") {
    const Pieces target_tokens({"a", "b", "c", "abc"});
    const Pieces draft_tokens({"c", "b", "a"});
    FakeLanguageModel target(4, reciting(target_tokens, "abc"));
    FakeLanguageModel draft(3, reciting(draft_tokens, "abc"));
    const Setup setup{target_tokens, draft_tokens, target, draft, 3};
    std::vector<int> draws;
    CHECK_EQ(propose(setup, {3}, 7, &draws), Tokens({3, 3, 0}));
    CHECK_EQ(draws, std::vector<int>({3, 6, 7}));
}

TEST("pieces longer than the target's become several of its tokens, no more than asked for") {
    const Pieces target_tokens({"a", "b", "c"});
    const Pieces draft_tokens({"c", "b", "a", "bc", "abc"});
    FakeLanguageModel target(3, reciting(target_tokens, "abc"));
    FakeLanguageModel draft(5, reciting(draft_tokens, "abc"));
    const Setup setup{target_tokens, draft_tokens, target, draft, 5};
    std::vector<int> draws;
    CHECK_EQ(propose(setup, {0, 1, 2}, 4, &draws), Tokens({0, 1, 2, 0}));
    CHECK_EQ(draws, std::vector<int>({0, 0, 1, 1}));
}

TEST("a draft goes on where the committed text ends inside one of the target's pieces") {
    const Pieces target_tokens({"h", "e", "l", "o", "hello"});
    const Pieces draft_tokens({"hello", "h", "e", "l", "o"});
    FakeLanguageModel target(5, reciting(target_tokens, "hello"));
    FakeLanguageModel draft(5, reciting(draft_tokens, "hello"));
    const Setup setup{target_tokens, draft_tokens, target, draft, 5};
    CHECK_EQ(propose(setup, {0, 1, 2}, 3), Tokens({2, 3, 4}));
}

TEST("the draft's end is the target's end, and nothing follows it") {
    const Pieces target_tokens({"a", "b", "</s>"}, 2);
    const Pieces draft_tokens({"<end>", "b", "a"}, 0);
    FakeLanguageModel target(3, test::Successor([](std::span<const Token> text) { return text.size() < 4 ? 0 : 2; }));
    FakeLanguageModel draft(3, test::Successor([](std::span<const Token> text) { return text.size() < 4 ? 2 : 0; }));
    const Setup setup{target_tokens, draft_tokens, target, draft, 3};
    std::vector<int> draws;
    CHECK_EQ(propose(setup, {0, 1}, 8, &draws), Tokens({0, 0, 2}));
    CHECK_EQ(draws, std::vector<int>({1, 2, 3}));
    const Recorder recorder = run(setup, {0, 1}, 8, 8);
    CHECK_EQ(recorder.text, "aa");
    CHECK(recorder.reason == FinishReason::EndOfGeneration);
    CHECK_EQ(recorder.statistics.rounds, 1);
}

TEST("a draft that ends inside a character proposes what is whole") {
    const Pieces target_tokens({"a", "\xC3\xA9", "\xC3", "\xA9"});
    const Pieces draft_tokens({"a", "\xC3", "\xA9", "x"});
    FakeLanguageModel target(4, reciting(target_tokens, "a\xC3\xA9"));
    FakeLanguageModel draft(4, reciting(draft_tokens, "a\xC3\xA9"));
    const Setup setup{target_tokens, draft_tokens, target, draft, 4};
    std::vector<int> draws;
    CHECK_EQ(propose(setup, {0, 1}, 2, &draws), Tokens{0});
    CHECK_EQ(draws, std::vector<int>{1});
    CHECK_EQ(propose(setup, {0, 1}, 3, &draws), Tokens({0, 1}));
    CHECK_EQ(draws, std::vector<int>({1, 3}));
    CHECK_EQ(propose(setup, {0}, 1, &draws), Tokens());
    CHECK_EQ(draws, std::vector<int>{1});           // one draw that came to nothing, so that the policy learns of it
    CHECK_EQ(propose(setup, {0, 2}, 3), Tokens());  // the target has said half a character
}

TEST("a prompt without text, for a draft without BOS, is decoded without a draft") {
    const Pieces target_tokens({"<s>", "a"}, -1, 0);
    const Pieces draft_tokens({"a"});
    FakeLanguageModel target(2, test::Successor([](std::span<const Token>) { return 1; }));
    FakeLanguageModel draft(1, test::Successor([](std::span<const Token>) { return 0; }));
    const Setup setup{target_tokens, draft_tokens, target, draft, 1};
    const Recorder recorder = run(setup, {0}, 6, 3);
    CHECK_EQ(recorder.ids, Tokens(6, 1));
    CHECK_EQ(recorder.origins.substr(0, 2), "PD");
}

TEST("random vocabularies, texts and draft lengths: the text is the target's own") {
    const std::vector<std::string> alphabet = {"a", "b", "c", "\xC3\xA9", "\xC3", "\xA9"};
    int64_t accepted = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        std::mt19937 random(seed);
        const auto vocabulary = [&] {
            std::vector<std::string> pieces = alphabet;
            for (auto i = random() % 12; i > 0; --i) {
                std::string piece;
                for (auto length = 2 + random() % 3; length > 0; --length) {
                    piece += alphabet[random() % 4];
                }
                pieces.push_back(piece);
            }
            pieces.emplace_back("<end>");
            std::shuffle(pieces.begin(), pieces.end(), random);
            const auto end = std::find(pieces.begin(), pieces.end(), "<end>") - pieces.begin();
            return Pieces(pieces, static_cast<Token>(end));
        };
        const Pieces target_tokens = vocabulary();
        const Pieces draft_tokens = vocabulary();
        // Mostly the same recitation; the target now and then says something of its own, whole characters or not.
        std::string letters;
        for (int i = 0; i < 7; ++i) {
            letters += alphabet[random() % 4];
        }
        const test::Successor recited = reciting(target_tokens, letters);
        const auto own = 2 + random() % 9;
        const auto target_successor = [&, own](std::span<const Token> text) {
            const size_t n = text.size();
            const auto foreign = static_cast<Token>((n * 7 + static_cast<size_t>(text.back())) %
                                                    static_cast<size_t>(target_tokens.size()));
            return n % own == 0 ? foreign : recited(text);
        };
        FakeLanguageModel target(target_tokens.size(), test::Successor(target_successor));
        FakeLanguageModel draft(draft_tokens.size(), reciting(draft_tokens, letters));
        const Setup setup{target_tokens, draft_tokens, target, draft, draft_tokens.size()};
        const Tokens prompt = target_tokens.tokenize(letters, true);
        const bool ignore_end = random() % 2 == 0;
        const Recorder plain = run(setup, prompt, 40, 0, ignore_end);
        const Recorder drafted = run(setup, prompt, 40, 1 + static_cast<int>(random() % 6), ignore_end);
        CHECK_EQ(drafted.ids, plain.ids);
        CHECK_EQ(drafted.text, plain.text);
        CHECK(drafted.reason == plain.reason);
        CHECK(drafted.statistics.accepted <= drafted.statistics.proposed);
        CHECK_EQ(drafted.statistics.corrections + drafted.statistics.bonuses, drafted.statistics.rounds);
        accepted += drafted.statistics.accepted;
    }
    std::printf("    seeds 0…399: %d tokens accepted\n", static_cast<int>(accepted));
    CHECK(accepted > 1000);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
