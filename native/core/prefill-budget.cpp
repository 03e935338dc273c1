#include "prefill-budget.h"

#include <algorithm>

namespace foretoken {

int affordable_chunk(const PassCosts & curve, int rows, double most_ms, int most) {
    int chunk = kLeastChunk;
    while (chunk < most && curve.ms(rows + 2 * chunk) <= most_ms) {
        chunk *= 2;
    }
    return std::min(chunk, most);
}

}  // namespace foretoken
