// What the matrix kernel reaches, beside what the machine can do: reading memory and multiply-adds in registers.
//   kernel-bench THREADS REPEATS
// The weights are those of blocks of Pythia 1.4B, more than any cache holds; widths take turns, so that a slow minute
// slows all of them. Prints JSON: medians of milliseconds.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "matmul.h"
#include "vector.h"

namespace {

using namespace foretoken::kernels;

constexpr size_t kHidden = 2048;
constexpr size_t kFeedForward = 8192;
constexpr size_t kBlocks = 6;
constexpr size_t kWidths[] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32};

struct Type {
    const char * name;
    WeightType type;
    double bytes;  // of a weight
};
constexpr Type kTypes[] = {{"f16", WeightType::float16, 2}, {"bf16", WeightType::bfloat16, 2}, {"f32", WeightType::float32, 4},
                           {"q8_0", WeightType::q8_0, 34.0 / 32}};

struct Shape {
    size_t rows;
    size_t inner;
};
constexpr Shape kShapes[] = {{3 * kHidden, kHidden}, {kHidden, kHidden}, {kFeedForward, kHidden}, {kHidden, kFeedForward}};

size_t weights_of_all() {
    size_t count = 0;
    for (const Shape & shape : kShapes) {
        count += shape.rows * shape.inner;
    }
    return count * kBlocks;
}

/** Threads that wait for each other as ggml's do, awake; after a while they make way for others. */
class Barrier {
public:
    explicit Barrier(size_t threads) : threads_(threads) {}

    void wait() {
        const size_t turn = turn_.load(std::memory_order_relaxed);
        if (arrived_.fetch_add(1) + 1 == threads_) {
            arrived_.store(0);
            turn_.store(turn + 1, std::memory_order_release);
        }
        for (size_t spins = 0; turn_.load(std::memory_order_acquire) == turn; spins++) {
            if (spins >= kSpins) {
                std::this_thread::yield();
            }
        }
    }

private:
    static constexpr size_t kSpins = 100'000;
    const size_t threads_;
    std::atomic<size_t> arrived_ = 0;
    std::atomic<size_t> turn_ = 0;
};

/** Milliseconds of part(thread) on all threads at once. */
double time_on(size_t threads, const std::function<void(size_t)> & part) {
    Barrier together(threads);
    std::chrono::duration<double, std::milli> time;
    const auto run = [&](size_t thread) {
        together.wait();
        const auto began = std::chrono::steady_clock::now();
        part(thread);
        together.wait();
        if (thread == 0) {
            time = std::chrono::steady_clock::now() - began;
        }
    };
    std::vector<std::thread> others;
    for (size_t thread = 1; thread < threads; thread++) {
        others.emplace_back(run, thread);
    }
    run(0);
    for (std::thread & other : others) {
        other.join();
    }
    return time.count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

volatile float sink;

/** One reading of every weight; GB/s. */
double read_once(const std::vector<uint8_t> & bytes, size_t threads) {
    const double ms = time_on(threads, [&](size_t thread) {
        const size_t share = bytes.size() / threads / 4096 * 4096;
        const float * values = reinterpret_cast<const float *>(bytes.data() + thread * share);
        Vector sums[8];
        for (Vector & sum : sums) {
            sum = zero();
        }
        const Vector one = load(values);
        for (size_t i = 0; i + 8 * kLanes <= share / sizeof(float); i += 8 * kLanes) {
            for (size_t v = 0; v < 8; v++) {
                sums[v] = multiply_add(load(values + i + v * kLanes), one, sums[v]);
            }
        }
        for (const Vector & sum : sums) {
            sink = sum_of_lanes(sum);
        }
    });
    return static_cast<double>(bytes.size()) / ms / 1e6;
}

/** Multiply-adds in registers; GFLOP/s. */
double multiply_once(size_t threads) {
    constexpr size_t turns = 20'000'000;
    const double ms = time_on(threads, [](size_t thread) {
        Vector sums[12];
        for (Vector & sum : sums) {
            sum = zero();
        }
        float values[kLanes] = {static_cast<float>(thread)};
        const Vector factor = load(values);
        for (size_t i = 0; i < turns; i++) {
#if defined(__GNUC__)
#pragma GCC unroll 12
#endif
            for (Vector & sum : sums) {
                sum = multiply_add(factor, factor, sum);
            }
        }
        for (const Vector & sum : sums) {
            sink = sum_of_lanes(sum);
        }
    });
    return static_cast<double>(turns * 12 * kLanes * 2 * threads) / ms / 1e6;
}

/** All products of the blocks with `width` columns; milliseconds. */
double products_once(const Type & type, const std::vector<uint8_t> & bytes, size_t width, size_t threads) {
    const std::vector<float> activations(kFeedForward * width, 0.5F);
    std::vector<char> packed(
        std::max(packed_bytes(type.type, kHidden, width), packed_bytes(type.type, kFeedForward, width)));
    std::vector<float> results(kFeedForward * width);
    Barrier packing(threads);
    return time_on(threads, [&](size_t thread) {
        const uint8_t * data = bytes.data();
        for (size_t block = 0; block < kBlocks; block++) {
            for (const auto & [rows, inner] : kShapes) {
                const size_t row_bytes = static_cast<size_t>(static_cast<double>(inner) * type.bytes);
                const Weights weights = {type.type, data, rows, inner, row_bytes};
                pack(weights, activations.data(), {width, inner * sizeof(float)}, packed.data(), {thread, threads});
                packing.wait();
                multiply(weights, packed.data(), results.data(), {width, rows * sizeof(float)}, {thread, threads});
                packing.wait();
                data += rows * row_bytes;
            }
        }
    });
}

}  // namespace

int main(int argc, char ** argv) {
    const size_t threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : std::thread::hardware_concurrency();
    const size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 7;
    const size_t count = weights_of_all();
    std::printf("{\"instructions\": \"%s\", \"threads\": %zu, \"weights\": %zu, \"types\": [", instructions(), threads, count);
    for (const Type & type : kTypes) {
        // Zeros of every type, on pages of their own.
        std::vector<uint8_t> bytes(static_cast<size_t>(static_cast<double>(count) * type.bytes), 1);
        std::fill(bytes.begin(), bytes.end(), uint8_t{0});
        std::vector<double> reading;
        std::vector<double> multiplying;
        std::vector<std::vector<double>> times(std::size(kWidths));
        for (size_t i = 0; i < repeats; i++) {
            reading.push_back(read_once(bytes, threads));
            multiplying.push_back(multiply_once(threads));
            for (size_t w = 0; w < std::size(kWidths); w++) {
                times[w].push_back(products_once(type, bytes, kWidths[w], threads));
            }
        }
        std::printf("%s{\"type\": \"%s\", \"bytes\": %zu, \"readGBs\": %.2f, \"multiplyGFLOPs\": %.1f, \"widths\": [",
                    &type == kTypes ? "" : ", ", type.name, bytes.size(), median(reading), median(multiplying));
        for (size_t w = 0; w < std::size(kWidths); w++) {
            std::printf("%s{\"columns\": %zu, \"ms\": %.3f}", w == 0 ? "" : ", ", kWidths[w], median(times[w]));
        }
        std::printf("]}");
    }
    std::printf("]}\n");
}
