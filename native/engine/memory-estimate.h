// What models and their contexts take, by llama.cpp's own accounting.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend.h"
#include "engine.h"

namespace foretoken {

struct MemoryUse {
    uint64_t weights = 0;
    uint64_t cache = 0;    // keys and values
    uint64_t compute = 0;  // what a forward pass works in, logits included
};

struct DeviceMemory {
    DeviceInfo device;
    MemoryUse target;
    MemoryUse draft;
};

// Reads both headers and lays everything out without allocating it. An empty draft is none; a draft that is the
// target's file shares its weights. Only devices that something would lie on are listed; buffers that a GPU's driver
// keeps in the machine's memory count as the CPU's. Any thread. Throws what Model::load and Engine throw.
std::vector<DeviceMemory> estimate_memory(const std::string & target, const std::string & draft,
                                          const ModelOptions & model, const EngineOptions & options);

// Cache and compute buffers of a context.
uint64_t context_bytes(const llama_context * context);

}  // namespace foretoken
