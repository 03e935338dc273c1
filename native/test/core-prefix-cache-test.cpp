// The books of what ended sequences left: longest common prefix, redundancy, least recently used.
#include "check.h"
#include "prefix-cache.h"

namespace foretoken {

namespace {

using Tokens = std::vector<Token>;
using Ids = std::vector<SeqId>;

}  // namespace

TEST("the text that begins most alike is found, with how much of it") {
    PrefixCache cache({4});
    cache.keep(1, {1, 2, 3});
    cache.keep(2, {1, 2, 9, 9});
    const auto match = cache.find(Tokens{1, 2, 9, 8});
    CHECK(match.has_value());
    CHECK_EQ(match->seq, 2);
    CHECK_EQ(match->length, size_t{3});
    CHECK(!match->whole);
    CHECK(cache.find(Tokens{1, 2, 3, 4})->whole);
    CHECK(!cache.find(Tokens{7}).has_value());
    CHECK(!cache.find(Tokens{}).has_value());
}

TEST("a text that another says in full is not kept beside it") {
    PrefixCache cache({4});
    CHECK_EQ(cache.keep(1, {1, 2}), Ids{});
    CHECK_EQ(cache.keep(2, {1, 2, 3, 4}), Ids{1});
    CHECK_EQ(cache.keep(3, {1, 2, 3}), Ids{3});
    CHECK_EQ(cache.keep(4, {1, 2, 3, 4}), Ids{4});
    CHECK_EQ(cache.keep(5, {}), Ids{5});
    CHECK_EQ(cache.cells(), size_t{4});
}

TEST("beyond the capacity the longest unused goes first") {
    PrefixCache cache({2});
    cache.keep(1, {1, 1, 1});
    cache.keep(2, {2, 2});
    cache.find(Tokens{1});
    CHECK_EQ(cache.keep(3, {3}), Ids{2});
    CHECK_EQ(cache.cells(), size_t{4});
    CHECK_EQ(cache.drop_oldest().value_or(-1), 1);
    cache.drop(3);
    cache.drop(3);
    CHECK_EQ(cache.cells(), size_t{0});
    CHECK(!cache.drop_oldest().has_value());
}

TEST("beyond the most cells the longest unused go first, and what alone is longer is not kept") {
    PrefixCache cache({4, 6});
    cache.keep(1, {1, 1});
    cache.keep(2, {2, 2});
    CHECK_EQ(cache.keep(3, {3, 3}), Ids{});
    CHECK_EQ(cache.keep(4, {4, 4, 4}), (Ids{1, 2}));
    CHECK_EQ(cache.keep(5, {5, 5, 5, 5, 5, 5, 5}), Ids{5});
    CHECK_EQ(cache.cells(), size_t{5});
    CHECK(cache.find(Tokens{3, 3})->whole);
}

TEST("a cache of no capacity keeps nothing") {
    PrefixCache cache({0});
    CHECK_EQ(cache.keep(1, {1, 2}), Ids{1});
    CHECK(!cache.find(Tokens{1, 2}).has_value());
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
