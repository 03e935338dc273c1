#include "check.h"
#include "utf8-assembler.h"

namespace foretoken {

namespace {

std::string assemble(const std::vector<std::string> & parts) {
    Utf8Assembler assembler;
    std::string out;
    for (const std::string & part : parts) {
        out += assembler.push(part);
    }
    return out;
}

}  // namespace

TEST("characters of every length survive every split") {
    const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
    for (size_t i = 0; i <= text.size(); ++i) {
        for (size_t j = i; j <= text.size(); ++j) {
            CHECK_EQ(assemble({text.substr(0, i), text.substr(i, j - i), text.substr(j)}), text);
        }
    }
}

TEST("invalid bytes become one replacement per maximal part") {
    CHECK_EQ(assemble({"\xFFz"}), "\xEF\xBF\xBDz");
    CHECK_EQ(assemble({"\x80"}), "\xEF\xBF\xBD");
    CHECK_EQ(assemble({"\xE2\x82z"}), "\xEF\xBF\xBDz");
    CHECK_EQ(assemble({"\xF0\x9F", "\x98z"}), "\xEF\xBF\xBDz");
}

TEST("overlong forms, surrogates and values above U+10FFFF are invalid") {
    CHECK_EQ(assemble({"\xC0\x80"}), "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_EQ(assemble({"\xED\xA0\x80"}), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_EQ(assemble({"\xF4\x90\x80\x80"}), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
