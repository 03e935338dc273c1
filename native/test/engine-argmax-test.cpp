// ggml's argmax as native/patches/0009 has it, on every device that a module finds: the lowest index among equals, NaN
// never, −1 where there is nothing to choose.
#include <cmath>
#include <limits>
#include <random>

#include "backend.h"
#include "check.h"
#include "ggml-backend.h"
#include "ggml-cpp.h"
#include "row.h"

namespace foretoken {

namespace {

constexpr size_t kRows = 16;

std::vector<Token> argmax_on(ggml_backend_dev_t device, const std::vector<float> & logits) {
    const ggml_backend_ptr backend(ggml_backend_dev_init(device, nullptr));
    const ggml_context_ptr context(ggml_init({ggml_tensor_overhead() * 4 + ggml_graph_overhead(), nullptr, true}));
    ggml_tensor * rows = ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, static_cast<int64_t>(logits.size() / kRows),
                                            static_cast<int64_t>(kRows));
    ggml_tensor * best = ggml_argmax(context.get(), rows);
    ggml_cgraph * graph = ggml_new_graph(context.get());
    ggml_build_forward_expand(graph, best);
    const ggml_backend_buffer_ptr buffer(ggml_backend_alloc_ctx_tensors(context.get(), backend.get()));
    ggml_backend_tensor_set(rows, logits.data(), 0, ggml_nbytes(rows));
    CHECK(ggml_backend_graph_compute(backend.get(), graph) == GGML_STATUS_SUCCESS);
    std::vector<Token> tokens(kRows);
    ggml_backend_tensor_get(best, tokens.data(), 0, ggml_nbytes(best));
    return tokens;
}

}  // namespace

TEST("argmax on every device is the host's") {
    const auto backends = Backend::acquire();
    std::mt19937 random(20261128);
    for (size_t i = 0; i < ggml_backend_dev_count(); ++i) {
        const auto device = ggml_backend_dev_get(i);
        for (const size_t vocabulary : {1U, 31U, 33U, 1000U, 5003U}) {
            for (const uint32_t different : {1U, 3U, 100U}) {
                std::vector<float> logits(kRows * vocabulary);
                for (float & logit : logits) {
                    logit = random() % 5 == 0   ? std::nanf("")
                            : random() % 5 == 0 ? -std::numeric_limits<float>::infinity()
                                                : static_cast<float>(random() % different) - 50;
                }
                std::fill_n(logits.begin(), vocabulary, std::nanf(""));
                std::vector<Token> expected;
                for (size_t row = 0; row < kRows; ++row) {
                    expected.push_back(Row(std::span(logits).subspan(row * vocabulary, vocabulary)).argmax());
                }
                CHECK_EQ(argmax_on(device, logits), expected);
            }
        }
    }
    CHECK(ggml_backend_dev_count() > 0);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
