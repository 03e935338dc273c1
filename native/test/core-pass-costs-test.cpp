// What forward passes cost, learnt from passes that other processes interrupt.
#include <cmath>

#include "check.h"
#include "pass-costs.h"

namespace foretoken {

namespace {

bool near(double actual, double expected, double tolerance = 0.05) {
    return std::abs(actual / expected - 1) < tolerance;
}

}  // namespace

TEST("guesses of any unit are scaled by the first pass") {
    PassCosts costs;
    for (const auto & [tokens, guess] : {std::pair{1, 1.0}, {4, 1.2}, {8, 2.0}}) {
        costs.guess(tokens, guess);
    }
    costs.observe(1, 50);
    CHECK(near(costs.ms(4), 60));
    CHECK(near(costs.ms(8), 100));
    CHECK(near(costs.ms(6), 80));
}

TEST("one interrupted pass among many changes little") {
    PassCosts costs;
    for (int i = 0; i < 20; ++i) {
        costs.observe(1, 10);
        costs.observe(2, 11);
    }
    costs.observe(2, 400);
    CHECK(near(costs.ms(2), 11, 0.1));
    CHECK(near(costs.ms(1), 10, 0.1));
}

TEST("a size that was interrupted while it was being known does not stay as dear as the next one") {
    PassCosts costs;
    costs.observe(1, 240);
    costs.observe(1, 260);
    costs.observe(2, 12);
    CHECK(near(costs.ms(1), 12));  // no dearer than two rows
    for (int i = 0; i < 60; ++i) {
        costs.observe(1, 10);
    }
    CHECK(near(costs.ms(1), 10));
    CHECK(costs.ms(2) > 1.1 * costs.ms(1));
}

TEST("of the first few passes of a size, one that was interrupted changes little, whichever it is") {
    for (int interrupted = 0; interrupted < 3; ++interrupted) {
        PassCosts costs;
        for (const auto & [tokens, guess] : {std::pair{1, 1.0}, {8, 2.0}}) {
            costs.guess(tokens, guess);
        }
        costs.observe(1, 10);
        for (int i = 0; i < 3; ++i) {
            costs.observe(8, i == interrupted ? 44 : 22);
        }
        CHECK(near(costs.ms(8), 22, 0.1));
    }
}

TEST("passes that read prompts teach what chunks cost, and nothing of the sizes that decoding comes in") {
    PassCosts costs;
    for (const auto & [tokens, guess] : {std::pair{1, 1.0}, {32, 4.0}, {64, 7.0}, {512, 52.0}}) {
        costs.guess(tokens, guess);
    }
    costs.observe(1, 1);
    for (int i = 0; i < 20; ++i) {
        costs.observe_reading(33, 40);
        costs.observe_reading(129, 30);
        costs.observe_reading(512, 120);
    }
    CHECK(near(costs.ms(32), 4));
    CHECK(near(costs.ms(64), 7));
    CHECK(near(costs.ms(128), 30));
    CHECK(near(costs.ms(512), 120));
}

TEST("how long ago a size was seen is known") {
    PassCosts costs;
    costs.guess(1, 10);
    costs.observe(1, 10);
    costs.observe(4, 12);
    costs.observe(4, 12);
    CHECK_EQ(costs.passes_since(4), 0);
    CHECK_EQ(costs.passes_since(1), 2);
    CHECK_EQ(costs.passes_since(8), 3);
}

TEST("when the machine slows down, sizes that do not run slow down with it") {
    PassCosts costs;
    for (int i = 0; i < 40; ++i) {
        costs.observe(1, 10);
        costs.observe(4, 12);
    }
    for (int i = 0; i < 60; ++i) {
        costs.observe(1, 15);
    }
    CHECK(near(costs.ms(1), 15));
    CHECK(near(costs.ms(4), 18, 0.07));
}

TEST("a size that runs now and then is not taken for as dear as those that run all the time turn out to be") {
    PassCosts costs;
    for (int i = 0; i < 40; ++i) {
        costs.observe(4, 10);
        costs.observe(8, 16);
    }
    for (int i = 0; i < 20 * 64; ++i) {
        costs.observe(8, 24);
        if (i % 64 == 0) {
            costs.observe(4, 10);
        }
    }
    CHECK(near(costs.ms(8), 24));
    CHECK(near(costs.ms(4), 10));
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
