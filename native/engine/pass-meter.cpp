#include "pass-meter.h"

#include <algorithm>
#include <set>
#include <string>

#include "error.h"
#include "stopwatch.h"

namespace foretoken {

bool PassMeter::fits(const Pass & pass, int past) const {
    const LanguageModel * model = model_of(pass);
    return model && pass.tokens >= 1 && pass.tokens <= model->limits().batch && past >= 0 &&
           past + pass.tokens <= model->limits().context;
}

void PassMeter::eval(LanguageModel & model, Pos from, int tokens, int rows) const {
    const int likeliest = &model == &target_ ? 1 : 0;  // what greedy requests with an adaptive draft look at
    std::vector<BatchToken> batch;
    for (Pos pos = from; pos < from + tokens; ++pos) {
        batch.push_back({0, pos, pos % vocabulary_, pos >= from + tokens - rows, likeliest});
    }
    model.eval(batch);
}

std::vector<double> PassMeter::measure(const std::vector<Pass> & passes, int past, int repeats) {
    std::set<LanguageModel *> models;
    for (const Pass & pass : passes) {
        if (!fits(pass, past) || repeats < 1) {
            throw Error("ARGUMENT_INVALID", "a pass of " + std::to_string(pass.tokens) + " tokens after " +
                                                std::to_string(past) + " does not fit the engine's models");
        }
        models.insert(model_of(pass));
    }
    for (LanguageModel * model : models) {
        for (Pos pos = 0; pos < past; pos += model->limits().batch) {
            eval(*model, pos, std::min(model->limits().batch, past - pos), 0);
        }
    }
    std::vector<std::vector<double>> times(passes.size());
    for (int repeat = 0; repeat < repeats; ++repeat) {
        for (size_t i = 0; i < passes.size(); ++i) {
            LanguageModel & model = *model_of(passes[i]);
            Stopwatch watch;
            eval(model, past, passes[i].tokens, std::min(passes[i].tokens, model.limits().rows));
            times[i].push_back(watch.lap());
            model.truncate(0, past);
        }
    }
    std::vector<double> medians;
    for (std::vector<double> & of_pass : times) {
        std::nth_element(of_pass.begin(), of_pass.begin() + repeats / 2, of_pass.end());
        medians.push_back(of_pass[static_cast<size_t>(repeats / 2)]);
    }
    for (LanguageModel * model : models) {
        model->truncate(0, 0);
    }
    return medians;
}

}  // namespace foretoken
