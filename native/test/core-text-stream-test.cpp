#include "check.h"
#include "text-stream.h"

namespace foretoken {

namespace {

struct Result {
    std::string text;
    std::vector<std::string> pieces;
    bool stopped = false;
    std::string before_finish;
};

Result stream(const std::vector<std::string> & tokens, std::vector<std::string> stops) {
    TextStream text(std::move(stops));
    Result result;
    const auto take = [&] {
        for (EmittedToken & token : text.take()) {
            result.text += token.text;
            result.pieces.push_back(token.text);
        }
    };
    Token id = 0;
    for (const std::string & bytes : tokens) {
        result.stopped = text.push({id++, Origin::Plain}, bytes);
        take();
        if (result.stopped) {
            break;
        }
    }
    result.before_finish = result.text;
    text.finish();
    take();
    return result;
}

}  // namespace

TEST("without stop strings every token comes out at once") {
    const Result result = stream({"Hello", " ", "world"}, {});
    CHECK_EQ(result.before_finish, "Hello world");
    CHECK_EQ(result.pieces.size(), 3U);
}

TEST("a stop string within one token cuts the text before it") {
    const Result result = stream({"one two", " three"}, {" two"});
    CHECK(result.stopped);
    CHECK_EQ(result.text, "one");
}

TEST("a stop string across tokens cuts the text before it and keeps the tokens' places") {
    const Result result = stream({"one\n", "\nT", "wo"}, {"\n\nTw"});
    CHECK(result.stopped);
    CHECK_EQ(result.text, "one");
    CHECK_EQ(result.pieces, std::vector<std::string>{"one", "", ""});
}

TEST("what may become a stop string is held back until it cannot") {
    TextStream text({"abc"});
    CHECK(!text.push({0, Origin::Draft}, "xa"));
    CHECK(text.take().empty());
    CHECK(!text.push({1, Origin::Bonus}, "b"));
    CHECK(text.take().empty());
    CHECK(!text.push({2, Origin::Plain}, "d"));
    const auto tokens = text.take();
    CHECK_EQ(tokens.size(), 3U);
    CHECK_EQ(tokens[0].text + tokens[1].text + tokens[2].text, "xabd");
    CHECK(tokens[1].origin == Origin::Bonus);
}

TEST("an unfinished stop string comes out at the end") {
    CHECK_EQ(stream({"say ab"}, {"abc"}).text, "say ab");
}

TEST("the earliest of several stop strings wins") {
    CHECK_EQ(stream({"a b c d"}, {"d", "c", " b c"}).text, "a");
}

TEST("empty stop strings never stop") {
    const Result result = stream({"a", "b"}, {""});
    CHECK(!result.stopped);
    CHECK_EQ(result.text, "ab");
}

TEST("a repeated beginning of a stop string is still found") {
    CHECK_EQ(stream({"a", "a", "a", "b", "c"}, {"aab"}).text, "a");
}

TEST("a character split over tokens belongs to the one that completes it") {
    const Result result = stream({"\xE2\x82", "\xAC!"}, {});
    CHECK_EQ(result.pieces, std::vector<std::string>{"", "\xE2\x82\xAC!"});
}

TEST("a character that never completes never comes out") {
    CHECK_EQ(stream({"ab\xF0\x9F"}, {}).text, "ab");
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
