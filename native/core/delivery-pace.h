// When the reader of an engine's streams is woken for what has come: at once for a stream's first piece, which somebody
// waits for, and for its end; else at most once in kInterval, and never while it has yet to look, so that small models,
// which make a token in a fraction of that, do not spend their cores on waking it for each. Not thread-safe.
#pragma once

#include <chrono>

namespace foretoken {

class DeliveryPace {
public:
    using Clock = std::chrono::steady_clock;
    enum class Piece { First, Later, End };
    static constexpr Clock::duration kInterval = std::chrono::milliseconds(10);

    // Whether to wake the reader for a piece that has come; what it is not woken for waits for the next one.
    bool wakes(Piece piece, Clock::time_point now) {
        if (woken_ || (piece == Piece::Later && now - last_ < kInterval)) {
            return false;
        }
        woken_ = true;
        last_ = now;
        return true;
    }
    // The reader is about to take all there is.
    void reading() { woken_ = false; }

private:
    bool woken_ = false;
    Clock::time_point last_{};
};

}  // namespace foretoken
