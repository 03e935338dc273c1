// Wall-clock times in milliseconds.
#pragma once

#include <chrono>

namespace foretoken {

// Time since construction or the last lap.
class Stopwatch {
public:
    double lap() {
        const auto now = Clock::now();
        const std::chrono::duration<double, std::milli> elapsed = now - last_;
        last_ = now;
        return elapsed.count();
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point last_ = Clock::now();
};

// Adds its lifetime to a sum.
class Timed {
public:
    explicit Timed(double & sum) : sum_(sum) {}
    ~Timed() { sum_ += watch_.lap(); }
    Timed(const Timed &) = delete;
    Timed & operator=(const Timed &) = delete;

private:
    double & sum_;
    Stopwatch watch_;
};

}  // namespace foretoken
