// How far the logits of a token depend on how many tokens are evaluated with it: one JSON object per line for each
// number of cells and each width. Unlike engine-width-sweep-test it judges nothing, so it also serves devices that
// promise nothing. Each width comes after a rollback; milliseconds are a pass's, the median.
//
// width-report <model.gguf> <gpu layers, -1 for all> <cells before the sweep, e.g. 100,240> <largest width, 1…32>
// [exact]
//
// exact: in passes of one shape (docs/adr/0014).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "fixed-shape-model.h"
#include "llama-language-model.h"
#include "stopwatch.h"

namespace foretoken {

namespace {

constexpr int kTokens = 32;  // evaluated at every width
constexpr int kChunk = 512;

using Row = std::vector<float>;

size_t argmax(const Row & row) {
    return static_cast<size_t>(std::distance(row.begin(), std::max_element(row.begin(), row.end())));
}

// How much likelier the first is than the second, in logits.
float top_margin(Row row) {
    std::partial_sort(row.begin(), row.begin() + 2, row.end(), std::greater<>());
    return row[0] - row[1];
}

ContextOptions context_of(int cells) {
    ContextOptions options;
    options.context = cells + kTokens;
    options.rows = kTokens;
    options.filler = true;
    return options;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

class Sweep {
public:
    Sweep(std::shared_ptr<const Model> model, int cells, bool exact)
        : cells_(cells),
          vocabulary_(model->vocabulary().size),
          plain_(model, std::make_shared<ThreadPool>(1), context_of(cells), [] { return false; }),
          fixed_(plain_, filler_of(context_of(cells))),
          model_(exact ? static_cast<LanguageModel &>(fixed_) : plain_) {
        for (int pos = 0; pos <= cells; ++pos) {
            tokens_.push_back((pos * 7919 + 13) % vocabulary_);
        }
        for (int pos = 0; pos < cells; pos += kChunk) {
            eval(pos, std::min(kChunk, cells - pos), false);
        }
        // What the model goes on with by single tokens is what all widths evaluate.
        for (int i = 0; i < kTokens; ++i) {
            expected_.push_back(eval(cells + i, 1, true).front());
            tokens_.push_back(static_cast<Token>(argmax(expected_.back())));
        }
        model_.truncate(0, cells);
    }

    std::string compare(int width) {
        int equal_rows = 0, first_different = -1, first_other = -1;
        float largest = 0, margin = 0;
        times_.clear();
        for (int done = 0; done < kTokens; done += width) {
            const std::vector<Row> rows = eval(cells_ + done, std::min(width, kTokens - done), true);
            for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
                const Row & row = rows[static_cast<size_t>(i)];
                const Row & expected = expected_[static_cast<size_t>(done + i)];
                if (std::memcmp(row.data(), expected.data(), row.size() * sizeof(float)) == 0) {
                    equal_rows += 1;
                    continue;
                }
                first_different = first_different < 0 ? done + i : first_different;
                for (size_t token = 0; token < row.size(); ++token) {
                    largest = std::max(largest, std::abs(row[token] - expected[token]));
                }
                if (first_other < 0 && argmax(row) != argmax(expected)) {
                    first_other = done + i;
                    margin = top_margin(expected);
                }
            }
        }
        model_.truncate(0, cells_);
        std::ostringstream json;
        json << "{\"cells\":" << cells_ << ",\"width\":" << width << ",\"rows\":" << kTokens
             << ",\"equalRows\":" << equal_rows << ",\"firstDifferentRow\":" << or_null(first_different)
             << ",\"largestDifference\":" << largest << ",\"firstOtherArgmaxRow\":" << or_null(first_other)
             << ",\"marginThere\":" << (first_other < 0 ? "null" : std::to_string(margin))
             << ",\"milliseconds\":" << median(times_) << "}";
        return json.str();
    }

private:
    static std::string or_null(int row) { return row < 0 ? "null" : std::to_string(row); }

    std::vector<Row> eval(int from, int width, bool want_logits) {
        std::vector<BatchToken> batch;
        for (int pos = from; pos < from + width; ++pos) {
            batch.push_back({0, pos, tokens_[static_cast<size_t>(pos)], want_logits});
        }
        Stopwatch watch;
        const Rows rows = model_.eval(batch);
        times_.push_back(watch.lap());
        std::vector<Row> copies;
        for (size_t row = 0; row < rows.size(); ++row) {
            copies.emplace_back(rows[row].logits().begin(), rows[row].logits().end());
        }
        return copies;
    }

    int cells_;
    int vocabulary_;
    LlamaLanguageModel plain_;
    FixedShapeModel fixed_;
    LanguageModel & model_;
    std::vector<double> times_;  // of the passes of this width
    std::vector<Token> tokens_;
    std::vector<Row> expected_;
};

int report(const char * path, int gpu_layers, const std::string & cells, int widths, bool exact) {
    ModelOptions options;
    options.gpu_layers = gpu_layers;
    const std::shared_ptr<Model> model = Model::load(path, options);
    std::istringstream list(cells);
    for (std::string number; std::getline(list, number, ',');) {
        Sweep sweep(model, std::stoi(number), exact);
        for (int width = 1; width <= std::clamp(widths, 1, kTokens); ++width) {
            std::puts(sweep.compare(width).c_str());
        }
    }
    return 0;
}

}  // namespace

}  // namespace foretoken

int main(int argc, char ** argv) {
    const bool exact = argc == 6 && std::string(argv[5]) == "exact";
    if (argc != 5 && !exact) {
        std::fprintf(stderr, "usage: width-report <model.gguf> <gpu layers> <cells,…> <largest width> [exact]\n");
        return 2;
    }
    try {
        return foretoken::report(argv[1], std::atoi(argv[2]), argv[3], std::atoi(argv[4]), exact);
    } catch (const std::exception & error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
