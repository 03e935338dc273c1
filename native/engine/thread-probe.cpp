#include "thread-probe.h"

#include <exception>
#include <future>
#include <thread>
#include <vector>

namespace foretoken {

bool can_start_threads(size_t count) {
    std::promise<void> done;
    const std::shared_future<void> end = done.get_future().share();
    std::vector<std::thread> threads;
    threads.reserve(count);
    bool all = true;
    try {
        while (threads.size() < count) {
            threads.emplace_back([end] { end.wait(); });
        }
    } catch (const std::exception &) {
        all = false;
    }
    done.set_value();
    for (std::thread & thread : threads) {
        thread.join();
    }
    return all;
}

}  // namespace foretoken
