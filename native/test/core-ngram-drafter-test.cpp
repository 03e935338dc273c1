// The n-gram drafter on the text of one sequence.
#include <cmath>

#include "check.h"
#include "ngram-draft.h"

namespace foretoken {

namespace {

using test::draft;
using test::first_chance;
using test::free_sampler;
using test::propose;
using test::Tokens;

constexpr int kMany = 1000;

// Records what it is asked, and stops after a number of tokens.
class Recorder final : public FixedDraftLength {
public:
    explicit Recorder(int stop_after = kMany) : FixedDraftLength(kMany), stop_after_(stop_after) {}

    bool keep_going(const DraftStep & step) override {
        steps.push_back(step);
        return step.drawn < stop_after_;
    }
    bool step_again(SeqId, int) override {
        CHECK(!"an n-gram draft takes no forward pass");
        return true;
    }

    std::vector<DraftStep> steps;

private:
    int stop_after_;
};

// Forbids one token.
class Forbidding final : public TokenConstraint {
public:
    Forbidding(Token forbidden, Tokens & accepted) : forbidden_(forbidden), accepted_(accepted) {}

    bool allows(Token token) override { return token != forbidden_; }
    void mask(std::span<float>) override {}
    void accept(Token token) override { accepted_.push_back(token); }
    void rewind(int n) override { accepted_.resize(accepted_.size() - static_cast<size_t>(n)); }

private:
    Token forbidden_;
    Tokens & accepted_;
};

// What is drafted for a text without a history.
Tokens draft_of(const Tokens & text, int max_tokens = 4, NgramOptions options = {}) {
    NgramDrafter drafter(options);
    drafter.begin(0, text);
    return draft(drafter, 0, max_tokens);
}

float chance_after(const Tokens & text, NgramOptions options = {}) {
    NgramDrafter drafter(options);
    drafter.begin(0, text);
    return first_chance(drafter, 0);
}

bool near(float a, double b) {
    return std::abs(static_cast<double>(a) - b) < 1e-6;
}

}  // namespace

TEST("a cycle is proposed on and on, further than the text is long") {
    CHECK_EQ(draft_of({1, 2, 3, 1, 2}, 10), Tokens{3, 1, 2, 3, 1, 2, 3, 1, 2, 3});
    CHECK_EQ(draft_of({7, 7, 7}, 5), Tokens{7, 7, 7, 7, 7});
}

TEST("a copy goes on after a changed token") {
    NgramDrafter drafter;
    drafter.begin(0, Tokens{1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2});
    CHECK_EQ(draft(drafter, 0, 3), Tokens{3, 4, 5});
    drafter.commit(0, Tokens{3, 44});
    CHECK_EQ(draft(drafter, 0), Tokens{});
    drafter.commit(0, Tokens{5, 6});
    CHECK_EQ(draft(drafter, 0), Tokens{7, 8, 9, 0});
}

TEST("the longest match decides, then how often, then how lately") {
    CHECK_EQ(draft_of({1, 2, 3, 9, 2, 3, 8, 2, 3, 8, 1, 2, 3}, 1), Tokens{9});
    CHECK_EQ(draft_of({2, 3, 8, 2, 3, 8, 2, 3, 9, 5, 2, 3}, 1), Tokens{8});
    CHECK_EQ(draft_of({2, 3, 8, 6, 2, 3, 9, 5, 2, 3}, 1), Tokens{9});
}

TEST("matches shorter than min_match propose nothing") {
    const Tokens text{1, 2, 3, 9, 1, 2, 3};
    CHECK_EQ(draft_of(text, 1, {.min_match = 3}), Tokens{9});
    CHECK_EQ(draft_of(text, 1, {.min_match = 4}), Tokens{});
    CHECK_EQ(draft_of({5, 6, 5}, 1), Tokens{});
    CHECK_EQ(draft_of({5, 6, 5}, 1, {.min_match = 1}), Tokens{6});
}

TEST("an empty prompt, then one token, then a match") {
    NgramDrafter drafter;
    drafter.begin(0, {});
    CHECK_EQ(drafter.view(0).room, 0);
    CHECK(!drafter.view(0).first);
    CHECK_EQ(draft(drafter, 0), Tokens{});
    drafter.commit(0, Tokens{5});
    CHECK_EQ(drafter.view(0).room, 0);
    drafter.commit(0, Tokens{5, 5});
    CHECK(drafter.view(0).room >= 1 << 20);
    CHECK_EQ(drafter.view(0).lacking, 0);
    CHECK(drafter.view(0).first.has_value());
}

TEST("confidence: every suffix of the match weighs in by its counts") {
    // 2 and 1 2 were each followed once, by 3: p(1) = 1/7, p(2) = (1 + 6 p(1)) / 7.
    CHECK(near(chance_after({1, 2, 3, 1, 2}), (1 + 6.0 / 7) / 7));
    // 2 was followed twice, once by 3; 1 2 once.
    CHECK(near(chance_after({1, 2, 3, 2, 4, 1, 2}), (1 + 6 * (1.0 / 8)) / 7));
    // With a match of one token it is count / (total + prior).
    CHECK(near(chance_after({2, 3, 2, 3, 2, 4, 2}, {.min_match = 1}), 2.0 / (3 + 6)));
    CHECK(near(chance_after({2, 3, 2, 3, 2, 4, 2}, {.min_match = 1, .prior = 0}), 2.0 / 3));
}

TEST("confidence rises with the counts and with the length of the match, and entropy is that of the counts") {
    NgramDrafter drafter;
    drafter.begin(0, Tokens{1, 2, 3, 8, 1, 2});
    float before = 0;
    for (int i = 0; i < 20; ++i) {
        const float chance = first_chance(drafter, 0);
        CHECK(chance > before && chance < 1);
        before = chance;
        drafter.commit(0, Tokens{3, 10 + i, 1, 2});  // the same match again
    }
    before = 0;
    Tokens text;
    for (int i = 0; i < 40; ++i) {
        text.push_back(i);
    }
    drafter.begin(0, text);
    drafter.commit(0, Tokens{0});
    for (int i = 1; i < 39; ++i) {
        drafter.commit(0, Tokens{i});  // a longer match
        CHECK(first_chance(drafter, 0) > before);
        before = first_chance(drafter, 0);
        CHECK_EQ(drafter.view(0).first->entropy, 0.0F);
    }
    drafter.begin(0, Tokens{2, 3, 8, 2, 3, 8, 2, 3, 9, 5, 2, 3});
    CHECK(near(drafter.view(0).first->entropy, std::log(3) - 2 * std::log(2) / 3));
}

TEST("the policy is asked before every token, with the confidence that the view told first") {
    NgramDrafter drafter;
    drafter.begin(4, Tokens{1, 2, 3, 1, 2});
    Recorder policy(3);
    Sampler sampler = free_sampler();
    const DraftRequest request = propose(drafter, 4, 10, policy, sampler);
    CHECK_EQ(request.tokens, Tokens{3, 1, 2});
    CHECK_EQ(policy.steps.size(), size_t{4});
    CHECK_EQ(policy.steps[0].next.top, first_chance(drafter, 4));
    for (size_t i = 0; i < policy.steps.size(); ++i) {
        CHECK_EQ(policy.steps[i].seq, 4);
        CHECK_EQ(policy.steps[i].drawn, static_cast<int>(i));
    }
    CHECK_EQ(request.work.passes + request.work.tokens, 0);
    CHECK(drafter.take_passes().empty());
    CHECK_EQ(drafter.view(4).lacking, 0);
}

TEST("drafting changes nothing: the same draft again") {
    NgramDrafter drafter;
    drafter.begin(0, Tokens{1, 2, 3, 1, 2, 4, 1, 2});
    const Tokens first = draft(drafter, 0, 50);
    CHECK_EQ(first.size(), size_t{50});
    CHECK_EQ(draft(drafter, 0, 50), first);
}

TEST("each token was drawn from a point mass, told where asked for") {
    NgramDrafter drafter;
    drafter.begin(0, Tokens{1, 2, 3, 1, 2});
    Recorder policy;
    Sampler sampler = free_sampler();
    DraftRequest request = propose(drafter, 0, 5, policy, sampler);
    CHECK_EQ(request.drafted.size(), size_t{5});
    for (size_t i = 0; i < request.drafted.size(); ++i) {
        CHECK_EQ(request.drafted[i].probability(request.tokens[i]), 1.0F);
    }
    DraftRequest silent{0, 5, &policy, &sampler, nullptr, false, false};
    BatchLoad load;
    drafter.propose({&silent, 1}, load);
    CHECK_EQ(silent.tokens, request.tokens);
    CHECK(silent.drafted.empty());
}

TEST("a draft stops before a token that the constraint forbids, which has gone on with the others") {
    NgramDrafter drafter;
    drafter.begin(0, Tokens{1, 2, 3, 4, 5, 1, 2});
    Recorder policy;
    Tokens accepted;
    Sampler sampler({}, std::make_unique<SeededRandom>(1), std::make_unique<Forbidding>(5, accepted));
    CHECK_EQ(propose(drafter, 0, 9, policy, sampler).tokens, Tokens{3, 4});
    CHECK_EQ(accepted, Tokens{3, 4});
    CHECK_EQ(policy.steps.size(), size_t{2});
}

TEST("a draft goes no further than a token that ends the generation") {
    struct EndsAtFour final : TokenTable {
        std::string_view piece(Token) const override { return ""; }
        bool ends_generation(Token token) const override { return token == 4; }
    };
    const EndsAtFour ends;
    NgramDrafter drafter;
    drafter.begin(0, Tokens{1, 2, 3, 4, 5, 1, 2});
    FixedDraftLength policy(9);
    Sampler sampler = free_sampler();
    DraftRequest request{0, 9, &policy, &sampler, &ends, true, false};
    BatchLoad load;
    drafter.propose({&request, 1}, load);
    CHECK_EQ(request.tokens, Tokens{3, 4});
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
