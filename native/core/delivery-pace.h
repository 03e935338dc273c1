// When the reader of an engine's streams is woken for what has come: at once for a stream's first piece, which somebody
// waits for, and for its end; else at most once in kInterval, or in a step of the scheduler that takes longer, and
// never while it has yet to look, so that small models, which make a token in a fraction of that, do not spend their
// cores on waking it for each. Not thread-safe.
#pragma once

#include <chrono>
#include <utility>

namespace foretoken {

class DeliveryPace {
public:
    using Clock = std::chrono::steady_clock;
    enum class Piece { First, Later, End };
    static constexpr Clock::duration kInterval = std::chrono::milliseconds(10);

    // Whether to wake the reader for a piece that has come; what it is not woken for waits for the next one.
    bool wakes(Piece piece, Clock::time_point now) {
        waiting_ = true;
        return (piece != Piece::Later || now - woken_at_ >= kInterval) && wakes(now);
    }
    // A step is over. Whether to wake the reader for what waits, since the next one will be long if it is like this
    // one.
    bool wakes_after_step(Clock::time_point now) {
        const bool was_long = now - std::exchange(step_ended_, now) >= kInterval;
        return waiting_ && was_long && wakes(now);
    }
    // The reader is about to take all there is.
    void reading() { woken_ = waiting_ = false; }

private:
    bool wakes(Clock::time_point now) {
        if (woken_) {
            return false;
        }
        woken_ = true;
        woken_at_ = now;
        return true;
    }

    bool waiting_ = false;
    bool woken_ = false;
    Clock::time_point woken_at_{};
    Clock::time_point step_ended_{};
};

}  // namespace foretoken
