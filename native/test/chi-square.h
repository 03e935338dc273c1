// Pearson's test of counts against probabilities.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace foretoken::test {

// Upper tail of the chi-square distribution: the regularised incomplete gamma function by its series or continued
// fraction (Numerical Recipes §6.2).
inline double chi_square_tail(double x, double degrees) {
    const double a = degrees / 2;
    const double half = x / 2;
    if (half <= 0) {
        return 1;
    }
    const double front = std::exp(-half + a * std::log(half) - std::lgamma(a));
    if (half < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (int n = 1; n < 1000 && term > sum * 1e-15; ++n) {
            term *= half / (a + n);
            sum += term;
        }
        return 1 - front * sum;
    }
    double b = half + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double h = d;
    for (int n = 1; n < 1000; ++n) {
        const double an = -n * (n - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (std::abs(d * c - 1) < 1e-15) {
            break;
        }
    }
    return front * h;
}

// The chance of counts at least this far from the probabilities. Cells that expect fewer than 5 are taken together; a
// count where the probability is 0 gives 0.
inline double chi_square_p(const std::vector<int64_t> & counts, const std::vector<double> & probabilities) {
    double total = 0;
    for (const int64_t count : counts) {
        total += static_cast<double>(count);
    }
    double statistic = 0;
    double rest_count = 0;
    double rest_expected = 0;
    int cells = 0;
    const auto add = [&](double count, double expected) {
        statistic += (count - expected) * (count - expected) / expected;
        cells += 1;
    };
    for (size_t i = 0; i < counts.size(); ++i) {
        const double expected = total * probabilities[i];
        if (expected <= 0 && counts[i] > 0) {
            return 0;
        }
        if (expected >= 5) {
            add(static_cast<double>(counts[i]), expected);
        } else {
            rest_count += static_cast<double>(counts[i]);
            rest_expected += expected;
        }
    }
    if (rest_expected > 0) {
        add(rest_count, rest_expected);
    }
    return cells < 2 ? 1 : chi_square_tail(statistic, cells - 1);
}

}  // namespace foretoken::test
