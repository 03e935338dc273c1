// What several sequences gain by drafting, learnt from what rounds took.
#include <cmath>

#include "check.h"
#include "common-gains.h"

namespace foretoken {

namespace {

// Rounds whose target pass takes so many milliseconds, and the draft's passes others.
class Rounds {
public:
    Rounds() { costs_.drafters.resize(1); }

    void plain(int times, int sequences, double ms) {
        for (int i = 0; i < times; ++i) {
            round({sequences, sequences, sequences}, ms, 0, 1);
        }
    }
    void drafted(int times, int sequences, double ms, double draft_ms, int tokens) {
        for (int i = 0; i < times; ++i) {
            round({sequences, sequences, sequences}, ms, draft_ms, tokens);
        }
    }
    void round(BatchLoad load, double ms, double draft_ms, int tokens, bool spoilt = false) {
        for (int i = 0; i < load.drafting; ++i) {
            gains.begin(costs_, load);
        }
        if (spoilt) {
            gains.spoil();
        }
        if (draft_ms > 0) {
            costs_.drafters[0].observe(load.drafting, draft_ms);
        }
        costs_.target.observe(load.rows * tokens, ms);
        for (int i = 0; i < load.drafting; ++i) {
            gains.observe(tokens, draft_ms > 0);
        }
    }
    // Of so many, once the last round is learnt from.
    double gain(int sequences) {
        gains.begin(costs_, {sequences, sequences, sequences});
        return gains.gain(sequences).value_or(0);
    }

    CommonGains gains;

private:
    PairCosts costs_;
};

bool near(double actual, double expected) {
    return std::abs(actual - expected) < 0.01;
}

}  // namespace

TEST("it is what tokens of all cost less in drafted rounds, those of the draft included") {
    Rounds rounds;
    rounds.plain(20, 8, 10);
    CHECK(!rounds.gains.gain(8));
    rounds.drafted(100, 8, 14, 2, 2);
    CHECK(near(rounds.gain(8), 0.25));
    CHECK(!rounds.gains.gain(7));
}

TEST("while few drafted rounds are known more may be gained, most by few sequences") {
    Rounds rounds;
    rounds.plain(4, 2, 10);
    rounds.plain(4, 16, 10);
    rounds.drafted(2, 2, 24, 2, 2);
    rounds.drafted(2, 16, 24, 2, 2);
    CHECK(rounds.gain(2) > 0.5);
    CHECK(rounds.gain(16) < 0.03);
}

TEST("the first round of a kind does not count: it finds the caches as the other kind left them") {
    Rounds rounds;
    for (int i = 0; i < 20; ++i) {
        rounds.plain(1, 4, 30);
        rounds.plain(3, 4, 10);
        rounds.drafted(1, 4, 50, 2, 2);
        rounds.drafted(60, 4, 14, 2, 2);
    }
    CHECK(near(rounds.gain(4), 0.25));
}

TEST("rounds beside prompts, or in which a draft caught up, say nothing") {
    Rounds rounds;
    rounds.plain(20, 4, 10);
    rounds.drafted(100, 4, 14, 2, 2);
    for (int i = 0; i < 50; ++i) {
        rounds.round({40, 4, 40}, 90, 2, 2);
        rounds.round({4, 4, 4}, 16, 50, 2, true);
    }
    CHECK(near(rounds.gain(4), 0.25));
}

TEST("a machine that slows down for all rounds does not make drafting seem worse for long") {
    Rounds rounds;
    rounds.plain(20, 4, 10);
    rounds.drafted(64, 4, 14, 2, 2);
    for (int i = 0; i < 20; ++i) {
        rounds.plain(4, 4, 15);
        rounds.drafted(64, 4, 21, 3, 2);
    }
    CHECK(near(rounds.gain(4), 0.25));
}

TEST("four plain rounds are wanted at first and after 64 drafted ones") {
    Rounds rounds;
    int plain = 0;
    for (int i = 0; i < 4 + 10 * 68; ++i) {
        rounds.gain(2);
        const bool wanted = rounds.gains.wants_plain(2);
        wanted ? rounds.plain(1, 2, 10) : rounds.drafted(1, 2, 14, 2, 2);
        plain += wanted ? 1 : 0;
    }
    CHECK_EQ(plain, 44);
}

TEST("plain rounds that came by themselves are not asked for again") {
    Rounds rounds;
    rounds.plain(4, 2, 10);
    int plain = 0;
    for (int i = 0; i < 200; ++i) {
        rounds.gain(2);
        const bool wanted = rounds.gains.wants_plain(2);
        plain += wanted ? 1 : 0;
        i % 2 == 0 || wanted ? rounds.plain(1, 2, 10) : rounds.drafted(1, 2, 14, 2, 2);
    }
    CHECK(plain <= 8);
}

TEST("plain rounds are not wanted for ever where others do not say what they commit") {
    PairCosts costs;
    CommonGains gains;
    for (int i = 0; i < 10; ++i) {
        gains.begin(costs, {2, 2, 2});
        costs.target.observe(2, 10);
        gains.observe(1, false);
    }
    CHECK(!gains.wants_plain(2));
}

TEST("where nobody drafts what was gained stays as it was, whatever the machine does, and is forgotten") {
    Rounds rounds;
    rounds.plain(20, 4, 10);
    rounds.drafted(100, 4, 18, 4, 2);
    rounds.plain(8, 4, 10);
    rounds.plain(240, 4, 20);
    CHECK(near(rounds.gain(4), -0.09));
    rounds.drafted(1, 4, 36, 8, 2);
    CHECK(near(rounds.gain(4), -0.09));
    rounds.plain(300, 4, 20);
    rounds.gain(4);
    CHECK(!rounds.gains.gain(4));
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
