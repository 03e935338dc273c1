// The one way native work becomes a promise: `work` runs on libuv's pool and never sees the environment, `convert` runs
// on the JS thread with its result.
#pragma once

#include <napi.h>

#include <exception>
#include <functional>
#include <optional>

#include "convert.h"

namespace foretoken {

template <typename Result> class PromiseWorker final : public Napi::AsyncWorker {
public:
    using Work = std::function<Result()>;
    using Convert = std::function<Napi::Value(Napi::Env, Result &)>;

    static Napi::Promise run(Napi::Env env, Work work, Convert convert) {
        auto * worker = new PromiseWorker(env, std::move(work), std::move(convert));  // deletes itself when done
        worker->Queue();
        return worker->deferred_.Promise();
    }

private:
    PromiseWorker(Napi::Env env, Work work, Convert convert)
        : Napi::AsyncWorker(env), deferred_(env), work_(std::move(work)), convert_(std::move(convert)) {}

    void Execute() override {
        try {
            result_.emplace(work_());
        } catch (const std::exception &) {
            failure_ = std::current_exception();
        }
    }

    void OnOK() override {
        try {
            if (failure_) {
                std::rethrow_exception(failure_);
            }
            deferred_.Resolve(convert_(Env(), *result_));
        } catch (const Napi::Error & error) {
            deferred_.Reject(error.Value());
        } catch (const std::exception & error) {
            deferred_.Reject(to_js_error(Env(), error).Value());
        }
    }

    Napi::Promise::Deferred deferred_;
    Work work_;
    Convert convert_;
    std::optional<Result> result_;
    std::exception_ptr failure_;
};

}  // namespace foretoken
