#include "ggml-mul-mat.h"

#include "ggml-cpu-impl.h"
#include "ggml.h"
#include "matmul.h"

namespace {

using namespace foretoken::kernels;

bool weight_type(ggml_type type, WeightType & result) {
    switch (type) {
    case GGML_TYPE_F32: result = WeightType::float32; return true;
    case GGML_TYPE_F16: result = WeightType::float16; return true;
    case GGML_TYPE_BF16: result = WeightType::bfloat16; return true;
    case GGML_TYPE_Q8_0: result = WeightType::q8_0; return true;
    default: return false;
    }
}

/** A product of matrices, or of as many as activations has; matrices of weights may repeat (broadcast). */
bool is_ours(const ggml_tensor * product) {
    const ggml_tensor * matrix = product->src[0];
    const ggml_tensor * activations = product->src[1];
    WeightType type;
    return product->op == GGML_OP_MUL_MAT && activations->type == GGML_TYPE_F32 && product->type == GGML_TYPE_F32 &&
           weight_type(matrix->type, type) && matrix->nb[0] == ggml_type_size(matrix->type) &&
           activations->nb[0] == sizeof(float) && product->nb[0] == sizeof(float);
}

size_t packed_bytes_of_each(const ggml_tensor * product) {
    WeightType type = {};
    weight_type(product->src[0]->type, type);
    return packed_bytes(type, static_cast<size_t>(product->src[0]->ne[0]), static_cast<size_t>(product->ne[1]));
}

size_t packed_bytes_of_all(const ggml_tensor * product) {
    return packed_bytes_of_each(product) * static_cast<size_t>(product->ne[2] * product->ne[3]);
}

/** Whether every thread packs all activations for itself: for so few, waiting for each other would take longer. */
bool packs_alone(const ggml_tensor * product) {
    constexpr size_t few = 32 * 1024;
    return packed_bytes_of_all(product) <= few;
}

/**
 * Shares of one matrix for each thread, which are taken in turn: from so many columns on arithmetic binds, and
 * processors are seldom equally fast. Below memory does, whose streams shall not break, and a thread has one.
 */
size_t shares_of_each(const ggml_tensor * product) {
    constexpr int64_t many_columns = 12;
    return product->ne[1] >= many_columns && ggml_nelements(product) == product->ne[0] * product->ne[1] ? 8 : 1;
}

/** The matrix at (i2, i3) of the product's outer dimensions. */
template <typename T> T * matrix_at(const ggml_tensor * tensor, int64_t i2, int64_t i3) {
    return reinterpret_cast<T *>(static_cast<char *>(tensor->data) + static_cast<size_t>(i2) * tensor->nb[2] +
                                 static_cast<size_t>(i3) * tensor->nb[3]);
}

/** Calls `part` with the weights of each matrix of the product, its activations, those packed, and results. */
template <typename Part> void for_each_matrix(const ggml_tensor * product, char * packed, Part part) {
    const ggml_tensor * matrix = product->src[0];
    Weights weights = {
        {}, nullptr, static_cast<size_t>(matrix->ne[1]), static_cast<size_t>(matrix->ne[0]), matrix->nb[1]};
    weight_type(matrix->type, weights.type);
    const int64_t repeats2 = product->ne[2] / matrix->ne[2];
    const int64_t repeats3 = product->ne[3] / matrix->ne[3];
    for (int64_t i3 = 0; i3 < product->ne[3]; i3++) {
        for (int64_t i2 = 0; i2 < product->ne[2]; i2++) {
            weights.data = matrix_at<const void>(matrix, i2 / repeats2, i3 / repeats3);
            part(weights, matrix_at<const float>(product->src[1], i2, i3), packed, matrix_at<float>(product, i2, i3));
            packed += packed_bytes_of_each(product);
        }
    }
}

}  // namespace

size_t foretoken_mul_mat_work_size(const ggml_tensor * product, int threads) {
    if (!is_ours(product)) {
        return 0;
    }
    const size_t copies = packs_alone(product) ? static_cast<size_t>(threads) : 1;
    return packed_bytes_of_all(product) * copies;
}

bool foretoken_mul_mat(const ggml_compute_params * params, ggml_tensor * product) {
    if (params->use_ref || !is_ours(product)) {
        return false;
    }
    const size_t count = static_cast<size_t>(product->ne[1]);
    const Columns activations = {count, product->src[1]->nb[1]};
    const Columns results = {count, product->nb[1]};
    const Share share = {static_cast<size_t>(params->ith), static_cast<size_t>(params->nth)};
    const bool alone = packs_alone(product);
    const Share packing = alone ? Share{0, 1} : share;
    const size_t shares = share.count * (alone ? 1 : shares_of_each(product));
    char * work = static_cast<char *>(params->wdata) + (alone ? share.index * packed_bytes_of_all(product) : 0);
    for_each_matrix(product, work, [&](const Weights & weights, const float * values, char * packed, float *) {
        pack(weights, values, activations, packed, packing);
    });
    if (!alone) {
        if (share.index == 0 && shares > share.count) {
            ggml_threadpool_chunk_set(params->threadpool, params->nth);
        }
        ggml_barrier(params->threadpool);
    }
    const auto next_share = [&] {
        return shares == share.count ? shares : static_cast<size_t>(ggml_threadpool_chunk_add(params->threadpool, 1));
    };
    const auto multiply_share = [&](const Share & part) {
        for_each_matrix(product, work,
                        [&](const Weights & weights, const float *, const char * packed, float * values) {
                            multiply(weights, packed, values, results, part);
                        });
    };
    for (size_t index = share.index; index < shares; index = next_share()) {
        multiply_share({index, shares});
    }
    return true;
}
