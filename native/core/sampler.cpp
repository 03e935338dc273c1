#include "sampler.h"

#include "stopwatch.h"

namespace foretoken {

// Adds what the constraint takes to the sampler's cost.
class Sampler::TimedConstraint final : public TokenConstraint {
public:
    TimedConstraint(std::unique_ptr<TokenConstraint> constraint, double & ms)
        : constraint_(std::move(constraint)), ms_(ms) {}

    bool allows(Token token) override {
        const Timed timed(ms_);
        return constraint_->allows(token);
    }
    void mask(std::span<float> logits) override {
        const Timed timed(ms_);
        constraint_->mask(logits);
    }
    void accept(Token token) override {
        const Timed timed(ms_);
        constraint_->accept(token);
    }
    void rewind(int n) override {
        const Timed timed(ms_);
        constraint_->rewind(n);
    }

private:
    std::unique_ptr<TokenConstraint> constraint_;
    double & ms_;
};

Sampler::Sampler(SamplingOptions options, std::unique_ptr<RandomSource> random,
                 std::unique_ptr<TokenConstraint> constraint)
    : chain_(std::move(options)), random_(std::move(random)) {
    if (constraint) {
        constraint_ = std::make_unique<TimedConstraint>(std::move(constraint), cost_.constraint_ms);
    }
}

Confidence Sampler::distribution(const Row & row, std::span<const Token> text, Distribution & out) {
    cost_.rows += 1;
    return chain_.distribution(row, text, constraint_.get(), out);
}

bool Sampler::allows(Token token) {
    return !constraint_ || constraint_->allows(token);
}

void Sampler::accept(Token token) {
    if (constraint_) {
        constraint_->accept(token);
    }
}

void Sampler::rewind(int n) {
    if (constraint_ && n > 0) {
        constraint_->rewind(n);
    }
}

}  // namespace foretoken
