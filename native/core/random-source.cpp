#include "random-source.h"

namespace foretoken {

SeededRandom::SeededRandom(uint64_t seed) {
    for (uint32_t stream = 0; stream < streams_.size(); ++stream) {
        std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), stream};
        streams_[stream].seed(sequence);
    }
}

double SeededRandom::uniform(Stream stream) {
    return static_cast<double>(streams_[static_cast<size_t>(stream)]() >> 11) * 0x1.0p-53;
}

}  // namespace foretoken
