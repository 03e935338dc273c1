// How likely the target accepts a draft token, given how sure the draft is of it.
//
// A logistic regression on the logit of the draft's top probability and its entropy, learnt online by an extended
// Kalman filter (a Bayesian logistic regression with forgetting), so that it knows how much one more outcome should
// count.
#pragma once

#include <array>

#include "sampling-chain.h"

namespace foretoken {

class Calibration {
public:
    // In (0, 1).
    double acceptance(const Confidence & confidence) const { return probability(features(confidence)); }
    // For a token whose confidence is not known yet: the mean of those seen lately. (Not that of their mean confidence,
    // which is higher: a few very sure tokens weigh much in it.)
    double typical_acceptance() const { return typical_; }

    // A confidence that was seen, whether or not a token was drawn with it.
    void see(const Confidence & confidence);
    // What became of a token drawn with this confidence.
    void learn(const Confidence & confidence, bool accepted);
    // Makes the next outcomes count for more: what was learnt may no longer hold.
    void doubt();

private:
    static constexpr size_t kFeatures = 3;
    using Vector = std::array<double, kFeatures>;

    static Vector features(const Confidence & confidence);
    double probability(const Vector & x) const;

    Vector weights_{0.7, 0.6, -0.1};
    std::array<Vector, kFeatures> covariance_{{{0.7, 0, 0}, {0, 0.05, 0}, {0, 0, 0.02}}};
    double typical_ = 0.8;
};

}  // namespace foretoken
