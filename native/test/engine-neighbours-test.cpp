// Exactness beside neighbours, on the CPU (docs/adr/0010): the logits of a sequence are the same bits alone and in a
// cache where others join, roll back, share prefixes and end, whatever chunks its text comes in.
#include <cstring>
#include <random>

#include "check.h"
#include "llama-language-model.h"
#include "random-model.h"

namespace foretoken {

namespace {

using Tokens = std::vector<Token>;

constexpr int kSequences = 6;
constexpr uint32_t kSeed = 20261124;

// Texts of two families that begin alike, and the logits after each of their tokens, evaluated alone.
struct Text {
    Tokens tokens;
    std::vector<std::vector<float>> logits{};
};

struct Slot {
    size_t text;
    Pos evaluated = 0;
    bool active = false;
};

class Play {
public:
    Play(const std::string & path, int length, uint32_t seed)
        : length_(length),
          random_(seed),
          model_(Model::load(path, {})),
          alone_(model_, std::make_shared<ThreadPool>(1), {.context = length, .rows = length}, [] { return false; }),
          many_(model_, std::make_shared<ThreadPool>(1),
                {.context = length, .rows = 128, .max_sequences = kSequences, .kept_sequences = 1},
                [] { return false; }) {
        for (size_t i = 0; i < 8; ++i) {
            texts_.push_back(text(i % 2));
        }
    }

    // Passes of random parts of all sequences; returns how many rows were compared.
    int run(int passes) {
        int compared = 0;
        for (int pass = 0; pass < passes; ++pass) {
            for (size_t seq = 0; seq < kSequences; ++seq) {
                if (!slots_[seq].active && below(2) == 0) {
                    begin(seq);
                }
            }
            compared += evaluate();
            for (size_t seq = 0; seq < kSequences; ++seq) {
                Slot & slot = slots_[seq];
                if (slot.active && (slot.evaluated == length_ || below(25) == 0)) {
                    many_.truncate(static_cast<SeqId>(seq), 0);
                    slot.active = false;
                }
            }
        }
        return compared;
    }

private:
    int below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
    Token any() { return below(model_->vocabulary().size); }

    Text text(size_t family) {
        Text text{texts_.size() > family ? texts_[family].tokens : Tokens()};
        text.tokens.resize(text.tokens.empty() ? 0 : static_cast<size_t>(length_ / 4 + below(length_ / 2)));
        while (static_cast<int>(text.tokens.size()) < length_) {
            text.tokens.push_back(any());
        }
        std::vector<BatchToken> batch;
        for (Pos pos = 0; pos < length_; ++pos) {
            batch.push_back({0, pos, text.tokens[static_cast<size_t>(pos)], true});
        }
        const Rows rows = alone_.eval(batch);
        for (size_t row = 0; row < rows.size(); ++row) {
            text.logits.emplace_back(rows[row].logits().begin(), rows[row].logits().end());
        }
        alone_.truncate(0, 0);
        return text;
    }

    void begin(size_t seq) {
        Slot & slot = slots_[seq] = {static_cast<size_t>(below(static_cast<int>(texts_.size()))), 0, true};
        const size_t other = static_cast<size_t>(below(kSequences));
        if (other != seq && slots_[other].active && below(3) > 0) {
            const Tokens & own = texts_[slot.text].tokens;
            const Tokens & its = texts_[slots_[other].text].tokens;
            const auto held = its.begin() + slots_[other].evaluated;
            slot.evaluated = static_cast<Pos>(std::mismatch(its.begin(), held, own.begin()).first - its.begin());
            slot.evaluated = std::min(slot.evaluated, length_ - 1);
            many_.copy(static_cast<SeqId>(other), static_cast<SeqId>(seq), slot.evaluated);
        }
    }

    // One pass: of each sequence some tokens of its text and then some that are rolled back.
    int evaluate() {
        std::vector<BatchToken> batch;
        std::vector<const std::vector<float> *> expected;  // null: of a token that is rolled back
        std::vector<size_t> order(kSequences);
        for (size_t seq = 0; seq < kSequences; ++seq) {
            order[seq] = seq;
        }
        std::shuffle(order.begin(), order.end(), random_);
        for (const size_t seq : order) {
            Slot & slot = slots_[seq];
            if (!slot.active || below(8) == 0) {
                continue;
            }
            const int own = std::min(1 + below(below(4) == 0 ? 16 : 3), length_ - slot.evaluated);
            const int rejected = std::min(below(4), length_ - slot.evaluated - own);
            const Text & text = texts_[slot.text];
            for (int i = 0; i < own + rejected; ++i) {
                const size_t at = static_cast<size_t>(slot.evaluated + i);
                batch.push_back({static_cast<SeqId>(seq), slot.evaluated + i, i < own ? text.tokens[at] : any(), true});
                expected.push_back(i < own ? &text.logits[at] : nullptr);
            }
            slot.evaluated += own;
        }
        if (batch.empty()) {
            return 0;
        }
        const Rows rows = many_.eval(batch);
        int compared = 0;
        for (size_t row = 0; row < rows.size(); ++row) {
            if (expected[row]) {
                compared += 1;
                const bool same = std::memcmp(rows[row].logits().data(), expected[row]->data(),
                                              expected[row]->size() * sizeof(float)) == 0;
                if (!same) {
                    test::fail(__FILE__, __LINE__,
                               "other bits at position " + std::to_string(batch[row].pos) + " of sequence " +
                                   std::to_string(batch[row].seq));
                }
            }
        }
        for (size_t seq = 0; seq < kSequences; ++seq) {
            if (slots_[seq].active) {
                many_.truncate(static_cast<SeqId>(seq), slots_[seq].evaluated);
            }
        }
        return compared;
    }

    int length_;
    std::mt19937 random_;
    std::shared_ptr<Model> model_;
    LlamaLanguageModel alone_;
    LlamaLanguageModel many_;
    std::vector<Text> texts_;
    Slot slots_[kSequences];
};

}  // namespace

#if defined(__x86_64__) || defined(_M_X64)

TEST("embedded target beside neighbours") {
    CHECK(Play(FORETOKEN_MODELS_DIR "/fable-17m.f16.gguf", 96, kSeed).run(150) > 1000);
}

TEST("embedded draft beside neighbours") {
    CHECK(Play(FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf", 96, kSeed + 1).run(400) > 3000);
}

TEST("random GPT-NeoX beside neighbours, over several blocks of 256 cells") {
    const test::RandomModelFile file({});
    CHECK(Play(file.path(), 300, kSeed + 2).run(400) > 3000);
}

#else

TEST("skipped: the row-invariant kernels are x86-64's; elsewhere ADR 0002's margin rule holds") {}

#endif

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
