#include "distribution.h"

#include <algorithm>

namespace foretoken {

namespace {

// Calls visit(token, scale · p − q) for every token of p at which that is positive.
template <typename Visit>
void for_each_excess(const Distribution & p, double scale, const Distribution & q, Visit visit) {
    size_t j = 0;
    for (size_t i = 0; i < p.tokens.size(); ++i) {
        const Token token = p.tokens[i];
        while (j < q.tokens.size() && q.tokens[j] < token) {
            ++j;
        }
        const bool shared = j < q.tokens.size() && q.tokens[j] == token;
        const double left = scale * p.probabilities[i] - (shared ? static_cast<double>(q.probabilities[j]) : 0.0);
        if (left > 0) {
            visit(token, left);
        }
    }
}

}  // namespace

void Distribution::clear() {
    tokens.clear();
    probabilities.clear();
}

float Distribution::probability(Token token) const {
    const auto found = std::lower_bound(tokens.begin(), tokens.end(), token);
    return found != tokens.end() && *found == token ? probabilities[static_cast<size_t>(found - tokens.begin())] : 0.0F;
}

Token Distribution::mode() const {
    const auto highest = std::max_element(probabilities.begin(), probabilities.end());
    return tokens[static_cast<size_t>(highest - probabilities.begin())];
}

Token Distribution::at(double u) const {
    double sum = 0;
    for (size_t i = 0; i < tokens.size(); ++i) {
        sum += static_cast<double>(probabilities[i]);
        if (sum > u) {
            return tokens[i];
        }
    }
    return mode();
}

double excess(const Distribution & p, double scale, const Distribution & q) {
    double sum = 0;
    for_each_excess(p, scale, q, [&](Token, double left) { sum += left; });
    return sum;
}

Distribution residual(const Distribution & p, double scale, const Distribution & q) {
    Distribution out;
    const double total = excess(p, scale, q);
    for_each_excess(p, scale, q, [&](Token token, double left) {
        out.tokens.push_back(token);
        out.probabilities.push_back(static_cast<float>(left / total));
    });
    return out.empty() ? p : out;
}

}  // namespace foretoken
