#include <cmath>
#include <limits>

#include "check.h"
#include "row.h"

namespace foretoken {

namespace {

Token argmax(std::vector<float> values) {
    return Row(values).argmax();
}

std::vector<float> zeros(size_t size) {
    return std::vector<float>(size, 0.0F);
}

}  // namespace

TEST("argmax finds the highest logit at every place of a row") {
    for (size_t size : {1U, 31U, 32U, 33U, 100U}) {
        for (size_t at = 0; at < size; ++at) {
            std::vector<float> values = zeros(size);
            values[at] = 1;
            CHECK_EQ(argmax(values), static_cast<Token>(at));
        }
    }
}

TEST("argmax takes the lowest id among equals") {
    std::vector<float> values = zeros(100);
    values[70] = values[33] = values[96] = 2;
    CHECK_EQ(argmax(values), 33);
    CHECK_EQ(argmax(zeros(100)), 0);
}

TEST("argmax ignores NaN") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> values(40, nan);
    CHECK_EQ(argmax(values), -1);
    values[37] = -5;
    CHECK_EQ(argmax(values), 37);
}

TEST("argmax sees through rows of minus infinity") {
    std::vector<float> values(64, -std::numeric_limits<float>::infinity());
    values[63] = -1e30F;
    CHECK_EQ(argmax(values), 63);
}

TEST("each row has its own argmax") {
    std::vector<float> values = zeros(6);
    values[2] = values[3] = 1;
    const Rows rows(values.data(), 2, 3);
    CHECK_EQ(rows.size(), 2U);
    CHECK_EQ(rows[0].argmax(), 2);
    CHECK_EQ(rows[1].argmax(), 0);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
