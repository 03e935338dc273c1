// Carries tokens from an engine's decode thread to JS callbacks.
//
// Listeners fill a stream's buffer on the decode thread; one thread-safe function wakes the JS thread at DeliveryPace,
// which takes whatever has come since. JS that falls behind therefore gets larger batches, not more calls.
//
// Nobody has to read: a stream whose reader asked for a pause, or of which kMostUndelivered tokens wait for the JS
// thread, is congested, and its sequence pauses. While a stream is open and not paused the event loop is kept alive for
// its end; an idle engine, or one whose streams all wait for their readers, never keeps a process alive.
#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "delivery-pace.h"
#include "scheduler.h"

namespace foretoken {

// What a reader wants of a stream. An aborted one goes on to its end, whatever is wanted then.
enum class Steering { Abort, Pause, Resume };

class StreamHub final : public std::enable_shared_from_this<StreamHub> {
public:
    // JS thread. `resume` is called there when a congested stream may go on.
    StreamHub(Napi::Env env, std::function<void()> resume);
    StreamHub(const StreamHub &) = delete;
    StreamHub & operator=(const StreamHub &) = delete;

    struct Opened {
        uint64_t id;
        std::shared_ptr<SequenceListener> listener;
        std::shared_ptr<const std::atomic<bool>> aborted;
    };
    // JS thread. on_batch is called on the JS thread until the batch with `end`; so long, `owner` is not collected.
    Opened open(const Napi::Function & on_batch, const Napi::Object & owner);
    // JS thread. Takes back the last open(), whose listener nobody calls.
    void close_last();
    // JS thread. Nothing where the stream has ended.
    void steer(uint64_t id, Steering to);
    // JS thread. Delivers what has arrived.
    void drain();
    // JS thread, once the decode thread has ended: drops undelivered streams and the thread-safe function.
    void release();
    // JS thread, at environment teardown, which frees the thread-safe function itself.
    void drop_streams() { streams_.clear(); }

private:
    class Stream;

    // JS thread. A stream was opened, was steered or has ended.
    void regulate();
    // Decode thread. Wakes the JS thread where its pace says so of now.
    void wake_if(const std::function<bool(DeliveryPace::Clock::time_point)> & wakes);

    static constexpr size_t kMostUndelivered = 4096;

    Napi::Env env_;
    std::function<void()> resume_;
    Napi::ThreadSafeFunction wake_js_;
    std::mutex mutex_;  // guards pace_, ends_ and every stream's buffer
    DeliveryPace pace_;
    uint64_t ends_ = 0;
    std::vector<std::shared_ptr<Stream>> streams_;  // JS thread
    uint64_t last_id_ = 0;                          // JS thread
};

}  // namespace foretoken
