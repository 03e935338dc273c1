// The smallest test harness that names what failed: TEST registers a case, CHECK and CHECK_EQ report and go on, and
// run_tests() returns the exit code CTest reads.
#pragma once

#include <cstdio>
#include <exception>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace foretoken::test {

struct Case {
    const char * name;
    std::function<void()> run;
};

inline std::vector<Case> & cases() {
    static std::vector<Case> all;
    return all;
}

inline int & failures() {
    static int count = 0;
    return count;
}

struct Registration {
    Registration(const char * name, std::function<void()> run) { cases().push_back({name, std::move(run)}); }
};

template <typename T> std::string show(const T & value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

template <typename T> std::string show(const std::vector<T> & values) {
    std::string out = "[";
    for (const T & value : values) {
        out += (out.size() > 1 ? ", " : "") + show(value);
    }
    return out + "]";
}

inline void fail(const char * file, int line, const std::string & what) {
    failures() += 1;
    std::printf("    %s:%d: %s\n", file, line, what.c_str());
}

template <typename A, typename B>
void check_equal(const char * file, int line, const char * text, const A & actual, const B & expected) {
    if (!(actual == expected)) {
        fail(file, line, std::string(text) + ": got " + show(actual) + ", expected " + show(expected));
    }
}

inline int run_tests() {
    for (const Case & test : cases()) {
        const int before = failures();
        try {
            test.run();
        } catch (const std::exception & error) {
            fail(test.name, 0, std::string("unexpected exception: ") + error.what());
        }
        std::printf("%s - %s\n", failures() == before ? "ok" : "not ok", test.name);
    }
    std::printf("%zu cases, %d failed checks\n", cases().size(), failures());
    return failures() == 0 && !cases().empty() ? 0 : 1;
}

}  // namespace foretoken::test

#define FORETOKEN_JOIN2(a, b) a##b
#define FORETOKEN_JOIN(a, b) FORETOKEN_JOIN2(a, b)
#define TEST(name)                                                                                                     \
    static void FORETOKEN_JOIN(test_, __LINE__)();                                                                     \
    static const ::foretoken::test::Registration FORETOKEN_JOIN(registration_,                                         \
                                                                __LINE__)(name, FORETOKEN_JOIN(test_, __LINE__));      \
    static void FORETOKEN_JOIN(test_, __LINE__)()
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            ::foretoken::test::fail(__FILE__, __LINE__, #condition);                                                   \
        }                                                                                                              \
    } while (false)
#define CHECK_EQ(actual, ...) ::foretoken::test::check_equal(__FILE__, __LINE__, #actual, actual, __VA_ARGS__)
