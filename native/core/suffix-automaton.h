// Which tokens followed which strings in some texts, and how often, kept up to date token by token.
//
// A suffix automaton (Blumer et al. 1985): each state stands for the strings that end at the same places, its suffix
// link for the longest string that also ends elsewhere. So the link of the whole text is its longest suffix that
// occurred before, and appending costs O(1) amortised, for at most two states and three transitions a token.
// Transitions lie in one open-addressing table, because few tokens of a large vocabulary follow a string. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "types.h"

namespace foretoken {

class SuffixAutomaton {
public:
    // An appended token is counted as a follower of this many suffixes that it followed before, the longest first. All
    // of them would not be O(1): in a text like aaaa… they are as many as the text is long.
    static constexpr int kCountedSuffixes = 8;

    // A string that occurs. Appending invalidates it.
    struct Match {
        uint32_t state = 0;
        uint32_t length = 0;
    };

    struct Followers {
        Token likeliest;  // the most frequent, the latest among equals
        uint32_t total;   // 0 where nothing followed
        float entropy;    // of their counts, in nats
    };

    explicit SuffixAutomaton(int counted_suffixes = kCountedSuffixes);

    void append(Token token);
    // What is appended from now on is another text: no string runs from one into the other.
    void separate();

    // The longest suffix of the text that occurred before.
    Match match() const { return whole(match_); }
    // The longest suffix of match + token that occurs. Follows a text that need not be this one: a draft, another
    // sequence's.
    Match advance(Match match, Token token) const;
    // The longest suffix of the match that also occurs elsewhere; length 0 in the end.
    Match shorter(Match match) const;
    Followers followers(Match match) const;
    uint32_t count(Match match, Token follower) const;

    size_t size() const { return size_; }  // appended tokens
    size_t states() const { return states_.size(); }
    size_t bytes() const;
    // Steps that appending took so far: its cost, whatever the machine.
    uint64_t steps() const { return steps_; }

private:
    static constexpr uint32_t kRoot = 0;
    static constexpr uint32_t kNone = UINT32_MAX;

    struct State {
        uint32_t length;  // of its longest string
        uint32_t link = kNone;
        uint32_t transitions = kNone;  // the first of a list
        uint32_t likeliest = kNone;    // transition
        uint32_t total = 0;            // sum of its transitions' counts
        float spread = 0;              // total · entropy
    };
    struct Transition {
        uint32_t source;
        Token token;
        uint32_t target;
        uint32_t next;  // of the same source
        uint32_t count;
    };

    Match whole(uint32_t state) const { return {state, states_[state].length}; }
    uint32_t add_state(const State & state);
    uint32_t add_transition(uint32_t source, Token token, uint32_t target, uint32_t count);
    // The state whose longest string is that of `state` followed by the token, split off where there is none.
    uint32_t solid_target(uint32_t state, Token token);
    // A state of its own for the strings of `original` up to a length.
    uint32_t split(uint32_t original, uint32_t length);
    void increment(uint32_t transition);

    // The table: where (source, token) is, or belongs; and its transition or kNone.
    size_t slot(uint32_t source, Token token) const;
    uint32_t find(uint32_t source, Token token) const { return table_[slot(source, token)]; }
    void grow_table();

    int counted_suffixes_;
    std::vector<State> states_;
    std::vector<Transition> transitions_;
    std::vector<uint32_t> table_;  // a power of two of transition indices, at most three quarters full
    uint32_t last_ = kRoot;        // the text since the last separation
    uint32_t match_ = kRoot;
    size_t size_ = 0;
    uint64_t steps_ = 0;
};

}  // namespace foretoken
