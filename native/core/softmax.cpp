#include "softmax.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// Compiled for AVX2 too, chosen when loaded: the same operations in the same lanes, so the same bits.
#if defined(__GNUC__) && defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define FORETOKEN_ALSO_AVX2 __attribute__((target_clones("default", "avx2")))
#define FORETOKEN_INLINE inline __attribute__((always_inline))
#else
#define FORETOKEN_ALSO_AVX2
#define FORETOKEN_INLINE inline
#endif

namespace foretoken {

namespace {

// Independent sums that the compiler keeps in vector registers; folded into doubles every kChunk values.
constexpr size_t kLanes = 16;
constexpr size_t kChunk = 64 * kLanes;
constexpr float kLowest = -86.0F;
constexpr float kLeast = 1e-37F;  // above e^kLowest
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// e^x of x = at_least_lowest(z), z ≤ 0, to about one part in 10⁷ (Cephes' polynomial); 0 up to kLeast, so also where
// z was −∞ or NaN. Written so that compilers vectorise the loops around it: two tests of x would become a branch.
FORETOKEN_INLINE float exp_negative(float x) {
    constexpr float kRound = 12582912.0F;  // 1.5 · 2²³: adding it rounds to an integer
    const float n = (x * 1.44269504F + kRound) - kRound;
    const float r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    const float y = p * (r * r) + r + 1.0F;
    const float power = std::bit_cast<float>((static_cast<int32_t>(n) + 127) << 23);
    const float e = y * power;
    return e > kLeast ? e : 0.0F;
}

FORETOKEN_INLINE float at_least_lowest(float z) {
    return z > kLowest ? z : kLowest;
}

// Calls visit(i, e^z) on the way.
template <typename Visit>
FORETOKEN_INLINE SoftmaxSums reduce(std::span<const float> logits, float max, float scale, Visit visit) {
    SoftmaxSums sums;
    const size_t whole = logits.size() - logits.size() % kLanes;
    size_t i = 0;
    while (i < whole) {
        std::array<float, kLanes> sum{};
        std::array<float, kLanes> weighted{};
        for (const size_t end = std::min(i + kChunk, whole); i < end; i += kLanes) {
            const float * x = logits.data() + i;
            for (size_t lane = 0; lane < kLanes; ++lane) {
                const float z = at_least_lowest((x[lane] - max) * scale);
                const float e = exp_negative(z);
                visit(i + lane, e);
                sum[lane] += e;
                weighted[lane] += e * z;
            }
        }
        for (size_t lane = 0; lane < kLanes; ++lane) {
            sums.sum += static_cast<double>(sum[lane]);
            sums.weighted += static_cast<double>(weighted[lane]);
        }
    }
    for (; i < logits.size(); ++i) {
        const float z = at_least_lowest((logits[i] - max) * scale);
        const float e = exp_negative(z);
        visit(i, e);
        sums.sum += static_cast<double>(e);
        sums.weighted += static_cast<double>(e * z);
    }
    return sums;
}

}  // namespace

FORETOKEN_ALSO_AVX2 float highest(std::span<const float> logits) {
    std::array<float, kLanes> best;
    best.fill(-kInfinity);
    const size_t blocks = logits.size() / kLanes;
    for (size_t block = 0; block < blocks; ++block) {
        const float * x = logits.data() + block * kLanes;
        for (size_t lane = 0; lane < kLanes; ++lane) {
            best[lane] = x[lane] > best[lane] ? x[lane] : best[lane];
        }
    }
    float max = *std::max_element(best.begin(), best.end());
    for (size_t i = blocks * kLanes; i < logits.size(); ++i) {
        max = logits[i] > max ? logits[i] : max;
    }
    return max;
}

FORETOKEN_ALSO_AVX2 SoftmaxSums softmax_sums(std::span<const float> logits, float max, float scale) {
    return reduce(logits, max, scale, [](size_t, float) {});
}

FORETOKEN_ALSO_AVX2 SoftmaxSums exponentials(std::span<const float> logits, float max, float scale, float * out) {
    return reduce(logits, max, scale, [out](size_t i, float e) { out[i] = e; });
}

void likeliest(std::span<const float> logits, size_t n, std::vector<Candidate> & out) {
    if (n == 0) {
        out.clear();
        return;
    }
    // The n-th highest of the blocks' maxima is at most the n-th highest logit, so whatever lies below it is out.
    constexpr size_t kBlock = 64;
    float threshold = -kInfinity;
    if (logits.size() > n * kBlock) {
        std::vector<float> maxima;
        maxima.reserve(logits.size() / kBlock + 1);
        for (size_t i = 0; i < logits.size(); i += kBlock) {
            maxima.push_back(highest(logits.subspan(i, std::min(kBlock, logits.size() - i))));
        }
        const auto nth = maxima.begin() + static_cast<std::ptrdiff_t>(n - 1);
        std::nth_element(maxima.begin(), nth, maxima.end(), std::greater<>());
        threshold = *nth;
    }
    out.clear();
    for (size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] >= threshold && logits[i] > -kInfinity) {
            out.push_back({logits[i], static_cast<Token>(i)});
        }
    }
    n = std::min(n, out.size());
    std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n), out.end(), likelier);
    out.resize(n);
}

}  // namespace foretoken
