// The passes over a row of logits.
#include "softmax.h"

#include <cmath>
#include <limits>
#include <random>

#include "check.h"

namespace foretoken {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> random_logits(size_t size) {
    std::mt19937 random(20261124);
    std::normal_distribution<float> normal(0, 5);
    std::vector<float> logits(size);
    for (float & logit : logits) {
        logit = normal(random);
    }
    return logits;
}

}  // namespace

TEST("sums and exponentials are those of double precision, banned tokens and NaN count nothing") {
    for (const size_t size : {1, 15, 16, 17, 1000, 50304}) {
        std::vector<float> logits = random_logits(size);
        if (size > 3) {
            logits[0] = -kInfinity;
            logits[size - 1] = std::numeric_limits<float>::quiet_NaN();
            logits[size / 2] = -1e30F;
        }
        const float max = highest(logits);
        double sum = 0;
        double weighted = 0;
        for (const float logit : logits) {
            const double z = (static_cast<double>(logit) - static_cast<double>(max)) * 0.7;
            if (z > -86) {
                sum += std::exp(z);
                weighted += z * std::exp(z);
            }
        }
        std::vector<float> out(size);
        const SoftmaxSums sums = exponentials(logits, max, 0.7F, out.data());
        CHECK(std::abs(sums.sum / sum - 1) < 1e-5);
        CHECK(std::abs(sums.weighted - weighted) < 1e-5 * sum);
        CHECK_EQ(softmax_sums(logits, max, 0.7F).sum, sums.sum);
        if (size > 3) {
            CHECK_EQ(out[0], 0.0F);
            CHECK_EQ(out[size - 1], 0.0F);
            CHECK_EQ(out[size / 2], 0.0F);
        }
    }
}

TEST("the likeliest come in falling order, the lowest id among equals, none where none are asked for") {
    std::vector<float> logits = random_logits(5000);
    logits[7] = logits[4000] = 100;
    std::vector<Candidate> out;
    likeliest(logits, 3, out);
    CHECK_EQ(out.size(), size_t{3});
    CHECK_EQ(out[0].token, 7);
    CHECK_EQ(out[1].token, 4000);
    likeliest(logits, 0, out);
    CHECK_EQ(out.size(), size_t{0});
    likeliest({}, 2, out);
    CHECK_EQ(out.size(), size_t{0});
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
