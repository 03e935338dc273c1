#include "calibration.h"

#include <algorithm>
#include <cmath>

namespace foretoken {

namespace {

// Added to the variances with each outcome: what is learnt fades over some hundred tokens.
constexpr std::array<double, 3> kFading = {0.002, 0.0002, 0.0001};
constexpr std::array<double, 3> kDoubt = {0.3, 0.01, 0.005};
constexpr double kTypicalRate = 0.05;
// Outcomes that were all but certain would otherwise move the filter without bound.
constexpr double kLowestVariance = 0.05;

}  // namespace

Calibration::Vector Calibration::features(const Confidence & confidence) {
    const double top = std::clamp(static_cast<double>(confidence.top), 1e-3, 1 - 1e-3);
    return {1, std::log(top / (1 - top)) / 2, std::min(static_cast<double>(confidence.entropy), 8.0)};
}

double Calibration::probability(const Vector & x) const {
    double logit = 0;
    for (size_t i = 0; i < kFeatures; ++i) {
        logit += weights_[i] * x[i];
    }
    return std::clamp(1 / (1 + std::exp(-logit)), 0.001, 0.999);
}

void Calibration::see(const Confidence & confidence) {
    typical_ += kTypicalRate * (acceptance(confidence) - typical_);
}

void Calibration::learn(const Confidence & confidence, bool accepted) {
    const Vector x = features(confidence);
    Vector px{};
    double spread = 0;
    for (size_t i = 0; i < kFeatures; ++i) {
        covariance_[i][i] += kFading[i];
    }
    for (size_t i = 0; i < kFeatures; ++i) {
        for (size_t j = 0; j < kFeatures; ++j) {
            px[i] += covariance_[i][j] * x[j];
        }
        spread += px[i] * x[i];
    }
    const double p = probability(x);
    const double variance = std::max(p * (1 - p), kLowestVariance);
    const double surprise = ((accepted ? 1 : 0) - p) / variance;
    const double gain = 1 / (1 / variance + spread);
    for (size_t i = 0; i < kFeatures; ++i) {
        weights_[i] += gain * px[i] * surprise;
        for (size_t j = 0; j < kFeatures; ++j) {
            covariance_[i][j] -= gain * px[i] * px[j];
        }
    }
}

void Calibration::doubt() {
    for (size_t i = 0; i < kFeatures; ++i) {
        covariance_[i][i] += kDoubt[i];
    }
}

}  // namespace foretoken
