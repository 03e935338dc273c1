// OPT in llama.cpp (native/arch/opt.cpp) against a float64 reference: both norms, with and without projections, tied
// and untied, token by token and in batches, to the last position of its table.
#include "check.h"
#include "engine.h"
#include "error.h"
#include "llama-language-model.h"
#include "reference-opt.h"

namespace foretoken {
namespace {

constexpr int kTokens = 64;

std::vector<int> some_tokens(int count, int64_t vocabulary) {
    std::vector<int> tokens;
    for (int i = 0; i < count; ++i) {
        tokens.push_back(static_cast<int>((i * 7919 + 13) % vocabulary));
    }
    return tokens;
}

std::vector<float> logits(const std::string & path, const std::vector<int> & tokens, int width, bool flash_attention) {
    const int count = static_cast<int>(tokens.size());
    const auto model = Model::load(path, {});
    LlamaLanguageModel language_model(model, std::make_shared<ThreadPool>(2), {count, 512, 32, 1, 2, flash_attention},
                                      [] { return false; });
    std::vector<float> all;
    for (int pos = 0; pos < count; pos += width) {
        std::vector<BatchToken> batch;
        for (int i = pos; i < std::min(pos + width, count); ++i) {
            batch.push_back({0, i, tokens[static_cast<size_t>(i)], true});
        }
        const Rows rows = language_model.eval(batch);
        for (size_t row = 0; row < rows.size(); ++row) {
            all.insert(all.end(), rows.logits(row).begin(), rows.logits(row).end());
        }
    }
    return all;
}

// The largest difference relative to the largest reference logit. Checks that the likeliest token is the same wherever
// the reference's margin exceeds the difference.
double relative_error(const std::vector<float> & actual, const std::vector<test::Vector64> & expected) {
    double largest = 0;
    double difference = 0;
    const size_t vocabulary = expected[0].size();
    CHECK_EQ(actual.size(), expected.size() * vocabulary);
    for (size_t i = 0; i < actual.size(); ++i) {
        const double reference = expected[i / vocabulary][i % vocabulary];
        largest = std::max(largest, std::abs(reference));
        difference = std::max(difference, std::abs(reference - static_cast<double>(actual[i])));
    }
    for (size_t row = 0; row < expected.size(); ++row) {
        test::Vector64 sorted = expected[row];
        std::sort(sorted.rbegin(), sorted.rend());
        if (sorted[0] - sorted[1] > 2 * difference) {
            const auto * begin = &actual[row * vocabulary];
            const auto likeliest = static_cast<size_t>(std::max_element(begin, begin + vocabulary) - begin);
            CHECK_EQ(expected[row][likeliest], sorted[0]);
        }
    }
    return difference / largest;
}

void check_against_reference(const char * name, const test::OptShape & shape) {
    const test::RandomOpt model(shape);
    const std::vector<int> tokens = some_tokens(kTokens, shape.vocabulary);
    const auto expected = test::ReferenceOpt(model).logits(tokens);
    for (const bool flash_attention : {false, true}) {
        std::vector<float> alone;
        for (const int width : {1, 7, 32}) {
            const std::vector<float> actual = logits(model.gguf.path(), tokens, width, flash_attention);
            const double error = relative_error(actual, expected);
            if (width == 1) {
                alone = actual;
                std::printf("    %s, flash attention %s: relative error %.1e\n", name, flash_attention ? "on" : "off",
                            error);
            }
            CHECK_EQ(error < 3e-3, true);
            CHECK_EQ(actual == alone, true);
        }
    }
}

TEST("norm before, tied (125m, 1.3b, …)") {
    check_against_reference("norm before", {});
}

TEST("norm before, with an output matrix of its own") {
    test::OptShape shape;
    shape.tied = false;
    check_against_reference("untied", shape);
}

TEST("norm after and narrow token vectors (350m)") {
    test::OptShape shape;
    shape.norm_before = false;
    shape.word = 32;
    check_against_reference("norm after, projections", shape);
}

TEST("f32 weights, where only the caches round") {
    test::OptShape shape;
    shape.type = GGML_TYPE_F32;
    check_against_reference("f32", shape);
}

TEST("the last position of the table is right, and a longer context is refused") {
    test::OptShape shape;
    shape.positions = 40;
    const test::RandomOpt model(shape);
    const std::vector<int> tokens = some_tokens(40, shape.vocabulary);
    CHECK_EQ(relative_error(logits(model.gguf.path(), tokens, 8, false), test::ReferenceOpt(model).logits(tokens)) <
                 3e-3,
             true);

    EngineOptions options;
    options.context_size = 41;
    std::string code;
    try {
        Engine engine(Model::load(model.gguf.path(), {}), nullptr, options);
    } catch (const Error & error) {
        code = error.code();
    }
    CHECK_EQ(code, std::string("CONTEXT_TOO_LARGE"));
}

}  // namespace
}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
