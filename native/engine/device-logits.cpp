#include "device-logits.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "ggml-cpp.h"

namespace foretoken {

namespace {

constexpr int kMost = 256;  // a row's likeliest tokens that are sooner found than the row is copied
constexpr int kStep = 16;   // another number of them is another graph

// For measurements, and tests on the CPU.
std::optional<bool> environment() {
    const char * value = std::getenv("FORETOKEN_DEVICE_LOGITS");
    return value ? std::optional(std::string_view(value) != "0") : std::nullopt;
}

bool finds(ggml_backend_dev_t device, int vocabulary, int n) {
    if (ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_META) {
        return false;  // several devices have a part of each row
    }
    const ggml_context_ptr context(ggml_init({ggml_tensor_overhead() * 4, nullptr, true}));
    ggml_tensor * logits = ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, vocabulary, 1);
    return ggml_backend_dev_supports_op(device, n == 1 ? ggml_argmax(context.get(), logits)
                                                       : ggml_top_k(context.get(), logits, n));
}

}  // namespace

DeviceLogits::DeviceLogits(const Model & model, std::optional<bool> wanted)
    : vocabulary_(static_cast<size_t>(model.vocabulary().size)) {
    const auto device = llama_model_dev_output(model.get());
    const int vocabulary = static_cast<int>(vocabulary_);
    if (!wanted) {
        wanted = environment().value_or(ggml_backend_dev_type(device) != GGML_BACKEND_DEVICE_TYPE_CPU);
    }
    if (*wanted && finds(device, vocabulary, 1)) {
        const int most = std::min(kMost, vocabulary);
        most_ = most > 1 && finds(device, vocabulary, most) ? most - 1 : 1;
    }
}

void DeviceLogits::prepare(llama_context * context, std::span<const BatchToken> batch) {
    bool any = false;
    int top = 0;
    for (const BatchToken & token : batch) {
        any |= token.want_logits;
        top = std::max(top, token.want_logits ? sought(token) : 0);
    }
    if (!any) {
        return;  // the graph stays as it is
    }
    if (top > 1) {  // one more tells whether the last has equals
        top = std::min((top + kStep) / kStep * kStep, most_ + 1);
    }
    top_ = static_cast<size_t>(top);
    llama_set_n_top(context, static_cast<uint32_t>(top));
}

bool DeviceLogits::take(llama_context * context, std::span<const BatchToken> batch) {
    context_ = context;
    tokens_ = llama_get_top_tokens(context);
    token_logits_ = llama_get_top_logits(context);
    if (!tokens_) {
        return false;
    }
    int row = 0;
    int whole = 0;  // rows before this one that are wanted whole
    const auto fetch = [&] {
        if (whole > 0) {
            llama_get_logits_rows(context, row - whole, whole);
        }
        whole = 0;
    };
    for (const BatchToken & token : batch) {
        if (token.want_logits) {
            sought(token) == 0 ? static_cast<void>(++whole) : fetch();
            row += 1;
        }
    }
    fetch();
    return true;
}

DeviceRows::Found DeviceLogits::found(size_t row) const {
    Found found{{tokens_ + row * top_, top_}, {}};
    if (token_logits_) {
        found.logits = {token_logits_ + row * top_, top_};
    }
    return found;
}

std::span<const float> DeviceLogits::logits(size_t row) {
    return {llama_get_logits_rows(context_, static_cast<int32_t>(row), 1), vocabulary_};
}

}  // namespace foretoken
