// Passes of one shape: what the model below sees of a scheduler's batches.
#include <algorithm>

#include "check.h"
#include "fake-language-model.h"
#include "fixed-policies.h"
#include "fixed-shape-model.h"
#include "model-drafter.h"

namespace foretoken {

namespace {

using test::FakeLanguageModel;
using test::Letters;
using test::Recorder;

constexpr int kVocabulary = 26;
constexpr SeqId kFiller = 7;

Token next(std::span<const Token> text) {
    return static_cast<Token>((text.back() * 5 + static_cast<Token>(text.size())) % (kVocabulary - 1));
}

struct Fixed {
    FakeLanguageModel below{kVocabulary, next, {600, 16, 600}};
    FixedShapeModel model{below, kFiller};
};

std::vector<BatchToken> tokens(Pos from, int count, bool want_logits) {
    std::vector<BatchToken> batch;
    for (Pos pos = from; pos < from + count; ++pos) {
        batch.push_back({0, pos, pos % kVocabulary, want_logits});
    }
    return batch;
}

// Rows of a batch that a device has to copy as a whole.
int rows_copied(std::span<const BatchToken> batch) {
    return static_cast<int>(std::count_if(batch.begin(), batch.end(), [](const BatchToken & token) {
        return token.want_logits && token.likeliest == 0;
    }));
}

std::vector<Token> argmaxes(const Rows & rows) {
    std::vector<Token> all;
    for (size_t row = 0; row < rows.size(); ++row) {
        all.push_back(rows[row].argmax());
    }
    return all;
}

}  // namespace

TEST("a row is filled up to a pass of the fixed width, and only the row comes back") {
    Fixed fixed;
    const Rows rows = fixed.model.eval(tokens(0, 1, true));
    CHECK_EQ(fixed.below.batches, (std::vector<int>{kFixedRows}));
    CHECK_EQ(rows.size(), size_t{1});
    CHECK_EQ(rows[0].argmax(), next(std::vector<Token>{0}));
    CHECK_EQ(fixed.below.cached(kFiller).size(), size_t{0});
}

TEST("rows are copied from their device where they are wanted whole, and never the filler's") {
    for (const int likeliest : {1, 40, 0}) {
        Fixed fixed;
        int copied = 0;
        fixed.below.fails = [&](std::span<const BatchToken> batch) {
            copied += rows_copied(batch);
            return false;
        };
        std::vector<BatchToken> rows = tokens(0, 3, true);
        for (BatchToken & row : rows) {
            row.likeliest = likeliest;
        }
        fixed.model.eval(rows);
        CHECK_EQ(fixed.below.batches, (std::vector<int>{kFixedRows}));
        CHECK_EQ(copied, likeliest == 0 ? 3 : 0);
    }
}

TEST("prompts go through as they come") {
    Fixed fixed;
    CHECK_EQ(fixed.model.eval(tokens(0, 100, false)).size(), size_t{0});
    CHECK_EQ(fixed.below.batches, (std::vector<int>{100}));
}

TEST("a batch of prompt and rows takes a pass for each") {
    Fixed fixed;
    std::vector<BatchToken> batch = tokens(0, 20, false);
    const std::vector<BatchToken> rows = tokens(20, 3, true);
    batch.insert(batch.end(), rows.begin(), rows.end());
    CHECK_EQ(fixed.model.eval(batch).size(), size_t{3});
    CHECK_EQ(fixed.below.batches, (std::vector<int>{20, kFixedRows}));
}

TEST("more rows than the fixed width take several passes, and come back in order") {
    Fixed fixed;
    FakeLanguageModel alone(kVocabulary, next);
    const std::vector<Token> expected = argmaxes(alone.eval(tokens(0, 20, true)));
    CHECK_EQ(argmaxes(fixed.model.eval(tokens(0, 20, true))), expected);
    CHECK_EQ(fixed.below.batches, (std::vector<int>{kFixedRows, kFixedRows, kFixedRows}));
}

TEST("whatever it is evaluated with, a position is in passes of one attention length") {
    // Attention reaches the end of the pass, rounded up to a step of 256 cells.
    const auto length = [](Pos first) { return (first + kFixedRows + 255) / 256; };
    for (Pos from = 230; from < 270; ++from) {
        for (int width = 1; width <= 20; ++width) {
            Fixed fixed;
            fixed.model.eval(tokens(0, from, false));
            std::vector<Pos> firsts;
            fixed.below.fails = [&](std::span<const BatchToken> batch) {
                for (const BatchToken & token : batch) {
                    if (token.seq == 0 && length(token.pos) != length(batch.front().pos)) {
                        test::fail(__FILE__, __LINE__,
                                   "position " + std::to_string(token.pos) + " in a pass from " +
                                       std::to_string(batch.front().pos));
                    }
                }
                return false;
            };
            CHECK_EQ(fixed.model.eval(tokens(from, width, true)).size(), static_cast<size_t>(width));
        }
    }
}

TEST("a pass that fails leaves nothing of the filler behind") {
    Fixed fixed;
    fixed.below.fails = [](std::span<const BatchToken>) { return true; };
    bool failed = false;
    try {
        fixed.model.eval(tokens(0, 1, true));
    } catch (const EvalFailed &) {
        failed = true;
    }
    CHECK(failed);
    CHECK_EQ(fixed.below.cached(kFiller).size(), size_t{0});
}

TEST("drafted text is the plain text, and every pass that gives logits has the fixed width") {
    const auto run = [](int draft_length) {
        Fixed fixed;
        FakeLanguageModel draft(kVocabulary,
                                [](std::span<const Token> text) { return text.size() % 6 == 0 ? 0 : next(text); },
                                {64, 1, 600});
        ModelDrafter drafter(draft, kVocabulary);
        const Letters letters(kVocabulary);
        Scheduler scheduler(fixed.model, {&drafter}, letters, 1);
        const auto recorder = std::make_shared<Recorder>();
        Request request;
        request.prompt = {3, 1, 4, 1, 5};
        request.max_tokens = 300;
        request.policy = std::make_unique<FixedDraftLength>(draft_length);
        request.listener = recorder;
        scheduler.admit(std::move(request));
        while (!scheduler.idle()) {
            scheduler.step();
        }
        CHECK_EQ(fixed.below.batches.front(), 4);
        CHECK(std::all_of(fixed.below.batches.begin() + 1, fixed.below.batches.end(),
                          [](int size) { return size == kFixedRows; }));
        return recorder->ids;
    };
    const auto plain = run(0);
    CHECK_EQ(plain.size(), size_t{300});
    for (const int draft_length : {1, 3, 7, 12}) {
        CHECK_EQ(run(draft_length), plain);
    }
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
