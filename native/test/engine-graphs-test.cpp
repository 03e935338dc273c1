// Graphs of batches of different widths are kept beside each other (docs/adr/0017): whichever is computed, its logits
// are those of single tokens.
#include <cstring>
#include <random>

#include "check.h"
#include "llama-language-model.h"
#include "random-model.h"

namespace foretoken {

namespace {

constexpr int kTokens = 600;  // past two sizes of the attention mask
constexpr int kWidest = 40;

class Context {
public:
    explicit Context(const Model & model)
        : vocabulary_(model.vocabulary().size),
          context_(make_context(model, {.context = kTokens, .rows = kWidest, .threads = 2}, nullptr, nullptr)),
          batch_(llama_batch_init(kWidest, 0, 1)) {}
    ~Context() { llama_batch_free(batch_); }
    Context(const Context &) = delete;
    Context & operator=(const Context &) = delete;

    void eval(int from, int width, bool want_logits) {
        llama_memory_seq_rm(llama_get_memory(context_.get()), 0, from, -1);
        batch_.n_tokens = width;
        for (int i = 0; i < width; ++i) {
            const int pos = from + i;
            batch_.token[i] = (pos * 7919 + 13) % vocabulary_;
            batch_.pos[i] = pos;
            batch_.n_seq_id[i] = 1;
            batch_.seq_id[i][0] = 0;
            batch_.logits[i] = want_logits;
        }
        CHECK_EQ(llama_decode(context_.get(), batch_), 0);
    }

    std::vector<float> logits(int row) {
        const float * values = llama_get_logits_ith(context_.get(), row);
        return {values, values + vocabulary_};
    }

    int reused() const { return llama_perf_context(context_.get()).n_reused; }

private:
    int vocabulary_;
    LlamaContext context_;
    llama_batch batch_;
};

}  // namespace

TEST("batches of alternating widths, after rollbacks and prompts, have the bits of single tokens") {
    const test::RandomModelFile file({});
    const auto model = Model::load(file.path(), {});
    std::vector<std::vector<float>> expected;
    Context single(*model);
    for (int pos = 0; pos < kTokens; ++pos) {
        single.eval(pos, 1, true);
        expected.push_back(single.logits(0));
    }

    std::mt19937 random(20261128);
    const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
    Context context(*model);
    int passes = 0;
    for (int pos = 0; pos < kTokens; ++passes) {
        // Mostly what verifies drafts; sometimes a prompt's chunk.
        const int width = std::min(below(8) == 0 ? 1 + below(kWidest) : 1 + below(6), kTokens - pos);
        const bool want_logits = below(8) != 0;
        context.eval(pos, width, want_logits);
        for (int row = 0; want_logits && row < width; ++row) {
            const std::vector<float> & single_row = expected[static_cast<size_t>(pos + row)];
            const std::vector<float> logits = context.logits(row);
            CHECK_EQ(std::memcmp(logits.data(), single_row.data(), logits.size() * sizeof(float)), 0);
        }
        pos += 1 + below(width);  // some tokens are rolled back
    }
    CHECK(context.reused() > passes / 2);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
