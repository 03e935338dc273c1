// Rows of logits that llama.cpp left where it computed them (native/patches/0009, docs/adr/0015): on a device that is
// not the CPU a row crosses the bus only when somebody asks for all of it. Decode thread only.
#pragma once

#include <optional>

#include "language-model.h"
#include "model.h"

namespace foretoken {

class DeviceLogits final : public DeviceRows {
public:
    // `wanted`: absent, what FORETOKEN_DEVICE_LOGITS (0, 1) says, else where the CPU, which has them in memory anyway,
    // does not compute them.
    DeviceLogits(const Model & model, std::optional<bool> wanted);

    // Before a pass: what it is to find.
    void prepare(llama_context * context, std::span<const BatchToken> batch);
    // After it: fetches the rows that are wanted whole. False where nothing was left on the device.
    bool take(llama_context * context, std::span<const BatchToken> batch);

    Found found(size_t row) const override;
    std::span<const float> logits(size_t row) override;

private:
    // How many tokens are to be found for this one's row; 0 where it is wanted whole.
    int sought(const BatchToken & token) const { return token.likeliest <= most_ ? token.likeliest : 0; }

    int most_ = 0;  // tokens that the device can find for each row
    size_t vocabulary_;
    size_t top_ = 0;  // tokens found in the last pass for each row
    const llama_token * tokens_ = nullptr;
    const float * token_logits_ = nullptr;
    llama_context * context_ = nullptr;
};

}  // namespace foretoken
