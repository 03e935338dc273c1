// Products as ggml's CPU backend computes them, with our kernel in it: matrices, batches of them and broadcast weights
// of every float type, against float64, and bit for bit between a column alone and among others.
#include <cmath>
#include <cstring>
#include <memory>
#include <random>

#include "check.h"
#include "ggml-backend.h"
#include "ggml-cpp.h"
#include "ggml.h"
#include "llama.h"

namespace foretoken {
namespace {

struct Shape {
    ggml_type type;
    int64_t inner;
    int64_t rows;
    int64_t matrices;
    int64_t batches;  // of activations: a multiple of matrices
};

std::string show(const Shape & shape) {
    return std::string(ggml_type_name(shape.type)) + " " + std::to_string(shape.inner) + " × " +
           std::to_string(shape.rows) + ", " + std::to_string(shape.matrices) + " matrices for " +
           std::to_string(shape.batches);
}

class Products {
public:
    explicit Products(const Shape & shape)
        : shape_(shape),
          weights_(random_values(shape.inner * shape.rows * shape.matrices)),
          activations_(random_values(shape.inner * kColumns * shape.batches)) {}

    /** Results [batch][column][row] of columns [first, first + count), by `threads` threads. */
    std::vector<float> compute(int64_t first, int64_t count, int threads) const {
        ggml_backend_load_all();
        const ggml_backend_ptr backend(ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr));
        const auto set_threads = reinterpret_cast<ggml_backend_set_n_threads_t>(ggml_backend_reg_get_proc_address(
            ggml_backend_dev_backend_reg(ggml_backend_get_device(backend.get())), "ggml_backend_set_n_threads"));
        set_threads(backend.get(), threads);
        const ggml_context_ptr context(ggml_init({size_t{1} << 20, nullptr, true}));
        ggml_tensor * weights =
            ggml_new_tensor_3d(context.get(), shape_.type, shape_.inner, shape_.rows, shape_.matrices);
        ggml_tensor * activations =
            ggml_new_tensor_3d(context.get(), GGML_TYPE_F32, shape_.inner, count, shape_.batches);
        ggml_cgraph * graph = ggml_new_graph(context.get());
        ggml_tensor * product = ggml_mul_mat(context.get(), weights, activations);
        ggml_build_forward_expand(graph, product);
        const ggml_backend_buffer_ptr buffer(ggml_backend_alloc_ctx_tensors(context.get(), backend.get()));

        std::vector<uint8_t> bytes(ggml_nbytes(weights));
        ggml_quantize_chunk(shape_.type, weights_.data(), bytes.data(), 0, shape_.rows * shape_.matrices, shape_.inner,
                            nullptr);
        ggml_backend_tensor_set(weights, bytes.data(), 0, bytes.size());
        const size_t column_bytes = static_cast<size_t>(shape_.inner) * sizeof(float);
        for (int64_t batch = 0; batch < shape_.batches; ++batch) {
            ggml_backend_tensor_set(
                activations, &activations_[static_cast<size_t>((batch * kColumns + first) * shape_.inner)],
                static_cast<size_t>(batch * count) * column_bytes, static_cast<size_t>(count) * column_bytes);
        }
        CHECK_EQ(ggml_backend_graph_compute(backend.get(), graph) == GGML_STATUS_SUCCESS, true);
        std::vector<float> results(static_cast<size_t>(ggml_nelements(product)));
        ggml_backend_tensor_get(product, results.data(), 0, ggml_nbytes(product));
        return results;
    }

    /** Within the error of activations rounded to 8 bits and the sum's own. */
    void check_values(const std::vector<float> & results) const {
        for (int64_t batch = 0; batch < shape_.batches; ++batch) {
            const int64_t matrix = batch / (shape_.batches / shape_.matrices);
            for (int64_t column = 0; column < kColumns; ++column) {
                for (int64_t row = 0; row < shape_.rows; ++row) {
                    double sum = 0;
                    double size = 0;
                    for (int64_t i = 0; i < shape_.inner; ++i) {
                        const double value =
                            static_cast<double>(
                                weights_[static_cast<size_t>((matrix * shape_.rows + row) * shape_.inner + i)]) *
                            static_cast<double>(
                                activations_[static_cast<size_t>((batch * kColumns + column) * shape_.inner + i)]);
                        sum += value;
                        size += std::abs(value);
                    }
                    const float got = results[static_cast<size_t>((batch * kColumns + column) * shape_.rows + row)];
                    if (!(std::abs(got - sum) <= 0x1p-7 * size)) {
                        test::fail(__FILE__, __LINE__,
                                   show(shape_) + ": " + test::show(got) + ", expected " + test::show(sum));
                        return;
                    }
                }
            }
        }
    }

    void check() const {
        const std::vector<float> expected = compute(0, kColumns, 1);
        check_values(expected);
        CHECK_EQ(compute(0, kColumns, 2) == expected, true);
        const size_t rows = static_cast<size_t>(shape_.rows);
        for (int64_t column = 0; column < kColumns; ++column) {
            const std::vector<float> alone = compute(column, 1, 2);
            for (size_t batch = 0; batch < static_cast<size_t>(shape_.batches); ++batch) {
                const size_t place = (batch * kColumns + static_cast<size_t>(column)) * rows;
                if (std::memcmp(&alone[batch * rows], &expected[place], rows * sizeof(float)) != 0) {
                    test::fail(__FILE__, __LINE__,
                               show(shape_) + ": column " + std::to_string(column) + " differs alone");
                }
            }
        }
    }

private:
    static constexpr int64_t kColumns = 13;

    static std::vector<float> random_values(int64_t count) {
        std::mt19937 random(20261124);
        std::normal_distribution<float> normal;
        std::vector<float> values(static_cast<size_t>(count));
        for (float & value : values) {
            value = normal(random);
        }
        return values;
    }

    Shape shape_;
    std::vector<float> weights_;
    std::vector<float> activations_;
};

TEST("matrices, batches and broadcast weights of every float type") {
    for (const ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16}) {
        Products({type, 64, 48, 1, 1}).check();
        Products({type, 70, 31, 3, 3}).check();
        Products({type, 96, 50, 2, 6}).check();
        // Packed by all threads together, and the first multiplied in shares that threads take in turn.
        Products({type, 4128, 40, 1, 1}).check();
        Products({type, 4128, 40, 2, 4}).check();
    }
}

}  // namespace
}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
