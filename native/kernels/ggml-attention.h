// Where ggml's CPU backend hands attention to our kernel (native/patches/0002). Compiled into every CPU module.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ggml_compute_params;
struct ggml_tensor;

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of work space that foretoken_attention needs for this node; 0 when it leaves it to ggml. */
size_t foretoken_attention_work_size(const struct ggml_tensor * node, int threads);

/**
 * Computes this thread's part of attention over f32, f16 or bf16 cells; false, having done nothing, where keys or
 * values are quantised, and for sinks, soft caps and ALiBi. Called by every thread of the pool at once.
 */
bool foretoken_attention(const struct ggml_compute_params * params, struct ggml_tensor * node);

#ifdef __cplusplus
}
#endif
