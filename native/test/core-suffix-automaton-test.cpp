// The automaton against a search through the texts.
#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

#include "check.h"
#include "substring-search.h"
#include "suffix-automaton.h"

namespace foretoken {

namespace {

using Match = SuffixAutomaton::Match;
using test::Search;
using test::String;

constexpr int kAll = 1 << 20;  // counted suffixes: every one

void check_followers(const SuffixAutomaton & automaton, Match match, Search & search, const String & string) {
    const SuffixAutomaton::Followers actual = automaton.followers(match);
    int total = 0;
    std::pair<int, int> highest{0, 0};
    Token likeliest = -1;
    for (const auto & [token, follower] : search.followers[string]) {
        total += follower.count;
        CHECK_EQ(automaton.count(match, token), static_cast<uint32_t>(follower.count));
        if (std::pair(follower.count, follower.last) > highest) {
            highest = {follower.count, follower.last};
            likeliest = token;
        }
    }
    double entropy = 0;
    for (const auto & [token, follower] : search.followers[string]) {
        entropy -= follower.count * std::log(static_cast<double>(follower.count) / total) / total;
    }
    CHECK_EQ(actual.total, static_cast<uint32_t>(total));
    CHECK_EQ(actual.likeliest, likeliest);
    CHECK(std::abs(static_cast<double>(actual.entropy) - entropy) < 1e-5);
    CHECK_EQ(automaton.count(match, 1000), 0U);
}

// The match, and every shorter one, with what followed them.
void check_matches(const SuffixAutomaton & automaton, Search & search) {
    Match match = automaton.match();
    CHECK_EQ(match.length, search.match());
    while (match.length > 0) {
        const Match shorter = automaton.shorter(match);
        const String string = search.suffix(match.length);
        check_followers(automaton, match, search, string);
        CHECK(search.ends[search.suffix(shorter.length)] != search.ends[string]);
        CHECK(search.ends[search.suffix(shorter.length + 1)] == search.ends[string]);
        match = shorter;
    }
}

// A text that goes on by itself, as a draft does.
void check_walk(const SuffixAutomaton & automaton, Search & search, std::mt19937 & random, int alphabet) {
    Match match = automaton.match();
    String string = search.suffix(match.length);
    for (int i = 0; i < 12; ++i) {
        const auto token = static_cast<Token>(random() % static_cast<unsigned>(alphabet + 1));
        match = automaton.advance(match, token);
        string.push_back(token);
        while (!search.ends.contains(string)) {
            string.erase(string.begin());
        }
        CHECK_EQ(match.length, string.size());
        check_followers(automaton, match, search, string);
    }
}

String random_text(std::mt19937 & random, int alphabet, size_t size) {
    String text(size);
    std::generate(text.begin(), text.end(), [&] { return random() % static_cast<unsigned>(alphabet); });
    return text;
}

String periodic(const String & period, size_t size) {
    String text(size);
    for (size_t i = 0; i < size; ++i) {
        text[i] = period[i % period.size()];
    }
    return text;
}

std::vector<String> adversarial(size_t size) {
    String a{0};
    String fibonacci{0, 1};
    while (fibonacci.size() < size) {
        const String before = fibonacci;
        fibonacci.insert(fibonacci.end(), a.begin(), a.end());
        a = before;
    }
    fibonacci.resize(size);
    String thue_morse(size);
    String counting(size);  // 0 1 00 1 000 1 …
    for (size_t i = 0, run = 1, left = 1; i < size; ++i) {
        thue_morse[i] = std::popcount(i) % 2;
        counting[i] = left == 0;
        left = left == 0 ? ++run : left - 1;
    }
    String most_states = periodic({1}, size);  // a b b b …
    most_states[0] = 0;
    std::mt19937 random(7);
    return {periodic({0}, size),
            fibonacci,
            thue_morse,
            counting,
            most_states,
            periodic(random_text(random, 3, size / 3), size),
            random_text(random, 2, size),
            random_text(random, 50000, size)};
}

// A token's share of what a text takes: the highest of any length from 1000 on.
struct Costs {
    double states = 0;
    double steps = 0;
    double bytes = 0;
};

Costs highest_costs(const String & text) {
    SuffixAutomaton automaton;
    Costs costs;
    for (const Token token : text) {
        automaton.append(token);
        const auto n = static_cast<double>(automaton.size());
        if (n >= 1000) {
            costs.states = std::max(costs.states, static_cast<double>(automaton.states()) / n);
            costs.steps = std::max(costs.steps, static_cast<double>(automaton.steps()) / n);
            costs.bytes = std::max(costs.bytes, static_cast<double>(automaton.bytes()) / n);
        }
    }
    return costs;
}

}  // namespace

TEST("random texts: matches, shorter matches and followers are those of a search") {
    for (unsigned seed = 1; seed <= 24; ++seed) {
        for (const int counted : {1, 3, kAll}) {
            const int before = test::failures();
            std::mt19937 random(seed);
            const int alphabet = 1 + static_cast<int>(seed % 5);
            SuffixAutomaton automaton(counted);
            Search search(counted);
            for (const Token token : random_text(random, alphabet, 40)) {
                automaton.append(token);
                search.append(token);
                check_matches(automaton, search);
                check_walk(automaton, search, random, alphabet);
            }
            if (test::failures() > before) {
                std::printf("    seed %u, counted suffixes %d\n", seed, counted);
            }
        }
    }
}

TEST("several texts: what one begins with never follows what another ends with") {
    for (unsigned seed = 1; seed <= 24; ++seed) {
        const int before = test::failures();
        std::mt19937 random(seed);
        const int alphabet = 1 + static_cast<int>(seed % 4);
        SuffixAutomaton automaton(kAll);
        Search search(kAll);
        for (int texts = 0; texts < 6; ++texts) {
            for (const Token token : random_text(random, alphabet, random() % 14)) {
                automaton.append(token);
                search.append(token);
                check_matches(automaton, search);
                check_walk(automaton, search, random, alphabet);
            }
            automaton.separate();
            search.separate();
            CHECK_EQ(automaton.match().length, 0U);
        }
        CHECK(automaton.states() <= 2 * automaton.size() + 1);
        if (test::failures() > before) {
            std::printf("    seed %u\n", seed);
        }
    }
}

TEST("adversarial texts: the same, with the counted suffixes that drafting uses") {
    for (const String & text : adversarial(64)) {
        SuffixAutomaton automaton;
        Search search(SuffixAutomaton::kCountedSuffixes);
        for (const Token token : text) {
            automaton.append(token);
            search.append(token);
            check_matches(automaton, search);
        }
    }
}

TEST("nothing, then one token") {
    SuffixAutomaton automaton;
    CHECK_EQ(automaton.match().length, 0U);
    CHECK_EQ(automaton.followers({}).total, 0U);
    CHECK_EQ(automaton.advance({}, 5).length, 0U);
    automaton.append(5);
    CHECK_EQ(automaton.match().length, 0U);
    CHECK_EQ(automaton.followers({}).likeliest, 5);
    CHECK_EQ(automaton.advance({}, 5).length, 1U);
    CHECK_EQ(automaton.followers(automaton.advance({}, 5)).total, 0U);
}

TEST("a text that occurred before takes no more states") {
    std::mt19937 random(3);
    const String text = random_text(random, 20, 1000);
    SuffixAutomaton automaton;
    const auto append_text = [&] {
        automaton.separate();
        for (const Token token : text) {
            automaton.append(token);
        }
    };
    append_text();
    const size_t states = automaton.states();
    CHECK(automaton.match().length < 10);
    for (int i = 0; i < 3; ++i) {
        append_text();
        CHECK_EQ(automaton.match().length, 1000U);
        CHECK_EQ(automaton.states(), states);
    }
}

TEST("linear: at most 2 states and 16 steps a token, and no more bytes than 2 states and 3 transitions take") {
    for (const String & text : adversarial(1 << 16)) {
        const Costs costs = highest_costs(text);
        CHECK(costs.states <= 2);
        CHECK(costs.steps <= 16);
        CHECK(costs.bytes <= 2 * 24 * 1.25 + 3 * (20 * 1.25 + 4 / 0.375) + 1);
    }
}

TEST("words as frequent as a language's take about 100 bytes a token") {
    std::mt19937 random(1);
    String text(1 << 16);
    for (Token & token : text) {
        const double u = (static_cast<double>(random()) + 1) / 4294967297.0;
        token = static_cast<Token>(std::min(49999.0, 1 / u));  // P(rank ≥ r) = 1/r
    }
    CHECK(highest_costs(text).bytes <= 120);
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
