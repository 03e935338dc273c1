#include "language-model.h"

#include <algorithm>
#include <array>
#include <limits>

namespace foretoken {

namespace {

// Lanes the compiler can keep in vector registers; each holds the best of every kLanes-th value.
constexpr size_t kLanes = 32;

}  // namespace

Token Rows::argmax(size_t row, size_t vocabulary) const {
    const std::span<const float> values = logits(row).first(std::min(vocabulary, vocabulary_));
    std::array<float, kLanes> best;
    std::array<int32_t, kLanes> index{};
    best.fill(-std::numeric_limits<float>::infinity());

    const size_t blocks = values.size() / kLanes;
    for (size_t block = 0; block < blocks; ++block) {
        const float * x = values.data() + block * kLanes;
        for (size_t lane = 0; lane < kLanes; ++lane) {
            const bool better = x[lane] > best[lane];
            best[lane] = better ? x[lane] : best[lane];
            index[lane] = better ? static_cast<int32_t>(block) : index[lane];
        }
    }

    Token token = 0;
    float highest = -std::numeric_limits<float>::infinity();
    const auto consider = [&](float value, size_t id) {
        const Token candidate = static_cast<Token>(id);
        if (value > highest || (value == highest && candidate < token)) {
            highest = value;
            token = candidate;
        }
    };
    for (size_t lane = 0; lane < kLanes; ++lane) {
        consider(best[lane], static_cast<size_t>(index[lane]) * kLanes + lane);
    }
    for (size_t id = blocks * kLanes; id < values.size(); ++id) {
        consider(values[id], id);
    }
    return token;
}

}  // namespace foretoken
