// Where ggml's CPU backend hands a product to our kernel (native/patches/0001). Compiled into every CPU module.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ggml_compute_params;
struct ggml_tensor;

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of work space that foretoken_mul_mat needs for this product; 0 when it leaves it to ggml. */
size_t foretoken_mul_mat_work_size(const struct ggml_tensor * product, int threads);

/**
 * Computes this thread's part of a product of f32, f16, bf16 or q8_0 weights with f32 activations, both matrices;
 * false, having done nothing, for any other. Called by every thread of the pool at once.
 */
bool foretoken_mul_mat(const struct ggml_compute_params * params, struct ggml_tensor * product);

#ifdef __cplusplus
}
#endif
