#include "suffix-automaton.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace foretoken {

namespace {

// (x + 1) ln(x + 1) − x ln x: what one more adds to the sums that an entropy is made of.
double entropy_increment(uint32_t x) {
    const double n = x;
    return (n + 1) * std::log(n + 1) - (x > 0 ? n * std::log(n) : 0.0);
}

// Grows by a quarter instead of doubling: these vectors are all the memory there is.
template <typename T> void make_room(std::vector<T> & values) {
    if (values.size() == values.capacity()) {
        values.reserve(values.size() + values.size() / 4 + 16);
    }
}

}  // namespace

SuffixAutomaton::SuffixAutomaton(int counted_suffixes)
    : counted_suffixes_(counted_suffixes), states_{{.length = 0}}, table_(16, kNone) {}

void SuffixAutomaton::append(Token token) {
    // Suffixes that the token never followed lead to a new state.
    uint32_t suffix = last_;
    uint32_t whole_text = kNone;
    if (find(last_, token) == kNone) {
        whole_text = add_state({.length = states_[last_].length + 1});
        for (; suffix != kNone && find(suffix, token) == kNone; suffix = states_[suffix].link) {
            increment(add_transition(suffix, token, whole_text, 0));
        }
    }
    // The longest one that it did follow makes the new match.
    match_ = suffix == kNone ? kRoot : solid_target(suffix, token);
    for (int i = 0; suffix != kNone && i < counted_suffixes_; ++i, suffix = states_[suffix].link) {
        increment(find(suffix, token));
    }
    if (whole_text == kNone) {
        last_ = match_;
    } else {
        states_[whole_text].link = match_;
        last_ = whole_text;
    }
    size_ += 1;
}

void SuffixAutomaton::separate() {
    last_ = kRoot;
    match_ = kRoot;
}

uint32_t SuffixAutomaton::solid_target(uint32_t state, Token token) {
    const uint32_t target = transitions_[find(state, token)].target;
    const uint32_t length = states_[state].length + 1;
    if (states_[target].length == length) {
        return target;
    }
    const uint32_t shorter = split(target, length);
    for (; state != kNone; state = states_[state].link) {
        Transition & transition = transitions_[find(state, token)];
        if (transition.target != target) {
            break;
        }
        transition.target = shorter;
        steps_ += 1;
    }
    return shorter;
}

uint32_t SuffixAutomaton::split(uint32_t original, uint32_t length) {
    State copy = states_[original];
    copy.length = length;
    copy.transitions = kNone;
    const uint32_t shorter = add_state(copy);
    for (uint32_t i = states_[original].transitions; i != kNone; i = transitions_[i].next) {
        const Transition from = transitions_[i];
        const uint32_t added = add_transition(shorter, from.token, from.target, from.count);
        if (i == states_[original].likeliest) {
            states_[shorter].likeliest = added;
        }
    }
    states_[original].link = shorter;
    return shorter;
}

void SuffixAutomaton::increment(uint32_t index) {
    Transition & transition = transitions_[index];
    State & state = states_[transition.source];
    if (transition.count < state.total) {
        state.spread += static_cast<float>(entropy_increment(state.total) - entropy_increment(transition.count));
    }
    transition.count += 1;
    state.total += 1;
    if (state.likeliest == kNone || transition.count >= transitions_[state.likeliest].count) {
        state.likeliest = index;
    }
    steps_ += 1;
}

SuffixAutomaton::Match SuffixAutomaton::advance(Match match, Token token) const {
    for (;;) {
        const uint32_t transition = find(match.state, token);
        if (transition != kNone) {
            return {transitions_[transition].target, match.length + 1};
        }
        if (match.state == kRoot) {
            return {};
        }
        match = shorter(match);
    }
}

SuffixAutomaton::Match SuffixAutomaton::shorter(Match match) const {
    const uint32_t link = states_[match.state].link;
    return link == kNone ? Match{} : whole(link);
}

SuffixAutomaton::Followers SuffixAutomaton::followers(Match match) const {
    const State & state = states_[match.state];
    if (state.total == 0) {
        return {-1, 0, 0};
    }
    const float entropy = state.spread / static_cast<float>(state.total);
    return {transitions_[state.likeliest].token, state.total, entropy};
}

uint32_t SuffixAutomaton::count(Match match, Token follower) const {
    const uint32_t transition = find(match.state, follower);
    return transition == kNone ? 0 : transitions_[transition].count;
}

size_t SuffixAutomaton::bytes() const {
    return states_.capacity() * sizeof(State) + transitions_.capacity() * sizeof(Transition) +
           table_.capacity() * sizeof(uint32_t);
}

uint32_t SuffixAutomaton::add_state(const State & state) {
    make_room(states_);
    states_.push_back(state);
    return static_cast<uint32_t>(states_.size() - 1);
}

uint32_t SuffixAutomaton::add_transition(uint32_t source, Token token, uint32_t target, uint32_t count) {
    if ((transitions_.size() + 1) * 4 > table_.size() * 3) {
        grow_table();
    }
    const auto index = static_cast<uint32_t>(transitions_.size());
    make_room(transitions_);
    transitions_.push_back({source, token, target, states_[source].transitions, count});
    states_[source].transitions = index;
    table_[slot(source, token)] = index;
    steps_ += 1;
    return index;
}

size_t SuffixAutomaton::slot(uint32_t source, Token token) const {
    uint64_t hash = (uint64_t{source} << 32 | static_cast<uint32_t>(token)) * 0x9E3779B97F4A7C15U;
    hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93U;
    const size_t mask = table_.size() - 1;
    size_t at = static_cast<size_t>(hash >> std::countl_zero(uint64_t{mask}));
    while (table_[at] != kNone &&
           (transitions_[table_[at]].source != source || transitions_[table_[at]].token != token)) {
        at = (at + 1) & mask;
    }
    return at;
}

void SuffixAutomaton::grow_table() {
    table_.assign(table_.size() * 2, kNone);
    for (uint32_t i = 0; i < transitions_.size(); ++i) {
        table_[slot(transitions_[i].source, transitions_[i].token)] = i;
    }
}

}  // namespace foretoken
