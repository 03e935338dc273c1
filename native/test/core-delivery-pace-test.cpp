// When whoever reads streams is woken, by a clock of the test's own.
#include "check.h"
#include "delivery-pace.h"

namespace foretoken {

namespace {

using Piece = DeliveryPace::Piece;

struct Reader {
    // Whether it was woken for the piece; it then reads at once.
    bool gets(Piece piece, DeliveryPace::Clock::duration later) {
        now += later;
        const bool woken = pace.wakes(piece, now);
        if (woken) {
            pace.reading();
        }
        return woken;
    }

    DeliveryPace pace;
    DeliveryPace::Clock::time_point now{std::chrono::hours(1)};
};

constexpr std::chrono::microseconds kSoon(100);

}  // namespace

TEST("the first piece of each stream is delivered at once, however lately another was") {
    Reader reader;
    for (int stream = 0; stream < 3; ++stream) {
        CHECK(reader.gets(Piece::First, kSoon));
        CHECK(!reader.gets(Piece::Later, kSoon));
    }
}

TEST("later pieces are delivered together, once in an interval") {
    Reader reader;
    CHECK(reader.gets(Piece::First, kSoon));
    int woken = 0;
    for (int piece = 0; piece < 1000; ++piece) {
        woken += reader.gets(Piece::Later, kSoon) ? 1 : 0;
    }
    CHECK_EQ(woken, static_cast<int>(1000 * kSoon / DeliveryPace::kInterval));
}

TEST("pieces that come more slowly than that are each delivered at once") {
    Reader reader;
    CHECK(reader.gets(Piece::First, kSoon));
    for (int piece = 0; piece < 5; ++piece) {
        CHECK(reader.gets(Piece::Later, DeliveryPace::kInterval));
    }
}

TEST("the end is delivered at once") {
    Reader reader;
    CHECK(reader.gets(Piece::First, kSoon));
    CHECK(reader.gets(Piece::End, kSoon));
}

TEST("a reader that has yet to look is not woken again") {
    Reader reader;
    CHECK(reader.pace.wakes(Piece::First, reader.now));
    for (const Piece piece : {Piece::First, Piece::Later, Piece::End}) {
        CHECK(!reader.pace.wakes(piece, reader.now + 5 * DeliveryPace::kInterval));
    }
    reader.pace.reading();
    CHECK(reader.gets(Piece::Later, DeliveryPace::kInterval));
}

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
