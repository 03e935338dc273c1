#include "request.h"

#include <limits>

#include "convert.h"
#include "fixed-policies.h"

namespace foretoken {

namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();
constexpr int kMaxLogprobs = 100;
constexpr int kMaxPriority = 1000;

float to_float(const Napi::Object & object, const char * name, double low, double high) {
    return static_cast<float>(to_number(object.Get(name), name, low, high));
}

SamplingOptions to_sampling(const Napi::Object & object) {
    SamplingOptions options;
    options.temperature = to_float(object, "temperature", 0, kAny);
    options.top_k = to_int(object.Get("topK"), "topK", 0);
    options.top_p = to_float(object, "topP", 0, 1);
    options.min_p = to_float(object, "minP", 0, 1);
    options.typical_p = to_float(object, "typicalP", 0, 1);
    options.repeat_penalty = to_float(object, "repeatPenalty", 0, kAny);
    options.frequency_penalty = to_float(object, "frequencyPenalty", -kAny, kAny);
    options.presence_penalty = to_float(object, "presencePenalty", -kAny, kAny);
    options.penalty_last_n = to_int(object.Get("penaltyLastN"), "penaltyLastN", -1);
    options.logit_bias = to_list(object.Get("logitBias"), "logitBias", [](const Napi::Value & value) {
        const Napi::Object pair = to_object(value, "logitBias");
        return std::pair(to_int(pair.Get(0U), "logitBias", 0),
                         static_cast<float>(to_number(pair.Get(1U), "logitBias", -kAny, kAny)));
    });
    return options;
}

std::unique_ptr<DraftPolicy> to_policy(const Engine & engine, const Napi::Object & object) {
    const std::string type = to_string(object.Get("type"), "policy.type");
    const int max_tokens = to_int(object.Get("maxTokens"), "policy.maxTokens", 0, kMaxDraftTokens);
    if (type == "off" || max_tokens == 0) {
        return nullptr;
    }
    if (type == "fixed") {
        return std::make_unique<FixedDraftLength>(max_tokens);
    }
    if (type == "confidence") {
        const double threshold = to_number(object.Get("minConfidence"), "policy.minConfidence", 0, 1);
        return std::make_unique<ConfidenceThreshold>(max_tokens, static_cast<float>(threshold));
    }
    if (type == "adaptive") {
        return engine.adaptive_policy(max_tokens);
    }
    throw Error("ARGUMENT_INVALID", "expected off, fixed, confidence or adaptive for policy.type");
}

}  // namespace

CostProfile::Curve to_curve(const Napi::Value & value, const char * name) {
    return to_list(value, name, [&](const Napi::Value & element) {
        const Napi::Object point = to_object(element, name);
        return std::pair(to_int(point.Get(0U), name, 1), to_number(point.Get(1U), name, 1e-9, 1e12));
    });
}

Request to_request(const Engine & engine, const Napi::Object & object) {
    Request request;
    request.prompt = to_tokens(object.Get("prompt"), "prompt");
    request.max_tokens = to_int(object.Get("maxTokens"), "maxTokens", 1);
    request.priority = to_int(object.Get("priority"), "priority", -kMaxPriority, kMaxPriority);
    request.share_prefix = to_bool(object.Get("cachePrompt"), "cachePrompt");
    request.stop = to_strings(object.Get("stop"), "stop");
    request.stop_tokens = to_list(object.Get("stopTokens"), "stopTokens",
                                  [](const Napi::Value & token) { return to_int(token, "stopTokens", 0); });
    request.ignore_end = to_bool(object.Get("ignoreEnd"), "ignoreEnd");
    request.top_logprobs = to_int(object.Get("topLogprobs"), "topLogprobs", -1, kMaxLogprobs);
    request.policy = to_policy(engine, to_object(object.Get("policy"), "policy"));
    request.drafters = engine.drafters(to_bool(object.Get("draftWithModel"), "draftWithModel"),
                                       to_bool(object.Get("draftWithNgrams"), "draftWithNgrams"));
    request.verification = static_cast<Verification>(to_int(object.Get("verification"), "verification", 0, 2));
    request.likeliest_draft = to_bool(object.Get("likeliestDraft"), "likeliestDraft");
    std::unique_ptr<TokenConstraint> grammar;
    if (const Napi::Value gbnf = object.Get("grammar"); !gbnf.IsNull()) {
        grammar = engine.grammar(to_string(gbnf, "grammar"));
    }
    const uint64_t seed = static_cast<uint64_t>(to_number(object.Get("seed"), "seed", 0, kMaxSafeInteger));
    request.sampler = std::make_unique<Sampler>(to_sampling(to_object(object.Get("sampling"), "sampling")),
                                                std::make_unique<SeededRandom>(seed), std::move(grammar));
    return request;
}

}  // namespace foretoken
