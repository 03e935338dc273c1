// What models and their contexts take, by llama.cpp's own accounting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend.h"
#include "engine.h"

namespace foretoken {

struct MemoryUse {
    uint64_t weights = 0;
    uint64_t cache = 0;    // keys and values
    uint64_t compute = 0;  // what a forward pass works in, logits included

    MemoryUse & operator+=(const MemoryUse & other) {
        weights += other.weights;
        cache += other.cache;
        compute += other.compute;
        return *this;
    }
};

struct DeviceMemory {
    DeviceInfo device;
    MemoryUse target;
    MemoryUse draft;
};

// A model's file and where its weights would lie.
struct PlacedModel {
    std::string path;
    ModelOptions options;
};

// Reads both headers and lays everything out without allocating it. A draft that `shares_weights` has the target's.
// Only devices that something would lie on are listed; buffers that a GPU's driver
// keeps in the machine's memory count as the CPU's. Any thread. Throws what Model::load and Engine throw.
std::vector<DeviceMemory> estimate_memory(const PlacedModel & target, const std::optional<PlacedModel> & draft,
                                          bool shares_weights, const EngineOptions & options);

// What a context of the model takes, and the weights that it uses, on all devices.
MemoryUse use_of(const Model & model, const llama_context * context);

}  // namespace foretoken
