// Carries tokens from an engine's decode thread to JS callbacks.
//
// Listeners fill a stream's buffer on the decode thread; one thread-safe function wakes the JS thread, which takes
// whatever has come since. JS that falls behind therefore gets larger batches, not more calls, and small models, which
// make a token in a fraction of kInterval, do not spend their cores on waking it for each. While a stream is open the
// event loop is kept alive for its end; an idle engine never keeps a process alive.
//
// Nobody has to read: a stream whose reader asked for a pause, or of which kMostUndelivered tokens wait for the JS
// thread, is congested, and its sequence pauses.
#pragma once

#include <napi.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "scheduler.h"

namespace foretoken {

class StreamHub final : public std::enable_shared_from_this<StreamHub> {
public:
    // JS thread. `resume` is called there when a congested stream may go on.
    StreamHub(Napi::Env env, std::function<void()> resume);
    StreamHub(const StreamHub &) = delete;
    StreamHub & operator=(const StreamHub &) = delete;

    // JS thread. on_batch is called on the JS thread until the batch with `end`; so long, `owner` is not collected.
    // `paused`: set by whoever reads.
    std::shared_ptr<SequenceListener> open(const Napi::Function & on_batch, const Napi::Object & owner,
                                           std::shared_ptr<const std::atomic<bool>> paused);
    // JS thread. Takes back the last open(), whose listener nobody calls.
    void close_last();
    // JS thread. Delivers what has arrived.
    void drain();
    // JS thread, once the decode thread has ended: drops undelivered streams and the thread-safe function.
    void release();
    // JS thread, at environment teardown, which frees the thread-safe function itself.
    void drop_streams() { streams_.clear(); }

private:
    class Stream;

    // Decode thread. Wakes the JS thread unless it is about to run; what comes within kInterval of the last time waits
    // for the next round, except the end of a stream.
    void wake(bool at_once);
    // JS thread.
    void unref_if_idle();

    using Clock = std::chrono::steady_clock;
    static constexpr size_t kMostUndelivered = 4096;
    static constexpr Clock::duration kInterval = std::chrono::milliseconds(10);

    Napi::Env env_;
    std::function<void()> resume_;
    Napi::ThreadSafeFunction wake_js_;
    std::mutex mutex_;  // guards woken_, last_wake_ and every stream's buffer
    bool woken_ = false;
    Clock::time_point last_wake_{};
    std::vector<std::shared_ptr<Stream>> streams_;  // JS thread
};

}  // namespace foretoken
