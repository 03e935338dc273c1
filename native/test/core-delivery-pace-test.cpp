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

TEST("what comes after the reader looked waits for the end of a long step, not for the next one's pieces") {
    Reader reader;
    for (const auto step : {DeliveryPace::kInterval, 5 * DeliveryPace::kInterval}) {
        CHECK(reader.gets(Piece::Later, step));    // one stream's piece
        CHECK(!reader.gets(Piece::Later, kSoon));  // another's, of the same step
        CHECK(reader.pace.wakes_after_step(reader.now += kSoon));
        reader.pace.reading();
    }
}

TEST("the end of a step wakes nobody for nothing, and a short one nobody at all") {
    Reader reader;
    CHECK(reader.gets(Piece::First, DeliveryPace::kInterval));
    CHECK(!reader.pace.wakes_after_step(reader.now += kSoon));
    CHECK(!reader.gets(Piece::Later, kSoon));
    CHECK(!reader.pace.wakes_after_step(reader.now += kSoon));
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
