// The randomness of one sequence. Drafting, acceptance and the target's own draws use independent streams: were a draft
// token and the residual draw that replaces it made from one number, the text would no longer follow the target.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include "distribution.h"

namespace foretoken {

enum class Stream : uint8_t { Draft, Acceptance, Target };

class RandomSource {
public:
    virtual ~RandomSource() = default;

    // A token of the distribution, which is not empty.
    virtual Token choose(const Distribution & distribution, Stream stream) = 0;
    // True with the given probability; values beyond 0…1 are certain.
    virtual bool chance(double probability, Stream stream) = 0;
};

// Mersenne Twisters seeded once. Each call takes exactly one number of its stream, so that the n-th draw of the target
// does not depend on what was drafted.
class SeededRandom final : public RandomSource {
public:
    explicit SeededRandom(uint64_t seed);

    Token choose(const Distribution & distribution, Stream stream) override { return distribution.at(uniform(stream)); }
    bool chance(double probability, Stream stream) override { return uniform(stream) < probability; }

private:
    // In [0, 1), 53 bits.
    double uniform(Stream stream);

    std::array<std::mt19937_64, 3> streams_;
};

}  // namespace foretoken
