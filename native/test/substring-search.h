// What a suffix automaton knows, found by keeping every substring of the texts.
#pragma once

#include <map>
#include <vector>

#include "types.h"

namespace foretoken::test {

using String = std::vector<Token>;

// Every substring with the places where it ends and what followed it.
class Search {
public:
    explicit Search(int counted_suffixes) : counted_suffixes_(counted_suffixes) { separate(); }

    struct Follower {
        int count;
        int last;
    };

    void append(Token token) {
        ++now_;
        int counted = 0;
        const std::vector<int> * counted_ends = nullptr;
        for (size_t length = text_.size() + 1; length-- > 0;) {
            const String string = suffix(length);
            const auto [follower, first] = followers[string].insert({token, {1, now_}});
            if (first) {
                continue;
            }
            // Strings that end at the same places are counted as one.
            if (!counted_ends || *counted_ends != ends[string]) {
                counted_ends = &ends[string];
                counted += 1;
            }
            if (counted <= counted_suffixes_) {
                follower->second = {follower->second.count + 1, now_};
            }
        }
        text_.push_back(token);
        record_ends();
    }

    void separate() {
        text_.clear();
        ++now_;
        record_ends();
    }

    String suffix(size_t length) const { return {text_.end() - static_cast<std::ptrdiff_t>(length), text_.end()}; }

    size_t match() const {
        size_t length = text_.size();
        while (length > 0 && ends.at(suffix(length)).size() == 1) {
            --length;
        }
        return length;
    }

    std::map<String, std::vector<int>> ends;
    std::map<String, std::map<Token, Follower>> followers;

private:
    void record_ends() {
        for (size_t length = 0; length <= text_.size(); ++length) {
            ends[suffix(length)].push_back(now_);
        }
    }

    int counted_suffixes_;
    int now_ = 0;
    String text_;
};

}  // namespace foretoken::test
