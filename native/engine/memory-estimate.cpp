#include "memory-estimate.h"

#include <algorithm>

#include "ggml-backend.h"
#include "llama-ext.h"

namespace foretoken {

namespace {

ggml_backend_dev_t device_of(ggml_backend_buffer_type_t buffers) {
    ggml_backend_dev_t device = ggml_backend_buft_is_host(buffers) ? nullptr : ggml_backend_buft_get_device(buffers);
    return device ? device : ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
}

DeviceMemory & entry(std::vector<DeviceMemory> & devices, ggml_backend_dev_t device) {
    const DeviceInfo info = describe_device(device);
    const auto found = std::find_if(devices.begin(), devices.end(),
                                    [&](const DeviceMemory & one) { return one.device.name == info.name; });
    return found != devices.end() ? *found : devices.emplace_back(DeviceMemory{info, {}, {}});
}

// ggml tells of devices that divide matrices as of one: their shares are alike, but each has a whole pass.
void add_divided(std::vector<DeviceMemory> & devices, MemoryUse DeviceMemory::*role,
                 const std::vector<ggml_backend_dev_t> & dividers, const MemoryUse & use) {
    for (const ggml_backend_dev_t device : dividers) {
        entry(devices, device).*role += {use.weights / dividers.size(), use.cache / dividers.size(), use.compute};
    }
}

void add(std::vector<DeviceMemory> & devices, MemoryUse DeviceMemory::*role, const Model & model,
         const ContextOptions & options) {
    const LlamaContext context = make_context(model, options, nullptr, nullptr);
    for (const auto & [buffers, bytes] : llama_get_memory_breakdown(context.get())) {
        const MemoryUse use{bytes.model, bytes.context, bytes.compute};
        if (ggml_backend_dev_type(device_of(buffers)) == GGML_BACKEND_DEVICE_TYPE_META) {
            add_divided(devices, role, model.dividers(), use);
        } else if (bytes.total() > 0) {
            entry(devices, device_of(buffers)).*role += use;
        }
    }
    // Rows of logits, which llama.cpp makes room for when they are asked for.
    MemoryUse & host = entry(devices, ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU)).*role;
    host.compute +=
        sizeof(float) * static_cast<uint64_t>(options.rows) * static_cast<uint64_t>(model.vocabulary().size);
}

std::shared_ptr<Model> laid_out(const PlacedModel & model) {
    ModelOptions options = model.options;
    options.no_alloc = true;
    return Model::load(model.path, options);
}

}  // namespace

std::vector<DeviceMemory> estimate_memory(const PlacedModel & target, const std::optional<PlacedModel> & draft,
                                          bool shares_weights, const EngineOptions & options) {
    std::vector<DeviceMemory> devices;
    const auto target_model = laid_out(target);
    add(devices, &DeviceMemory::target, *target_model, target_context(options, *target_model));
    if (draft) {
        const auto draft_model = shares_weights ? target_model : laid_out(*draft);
        add(devices, &DeviceMemory::draft, *draft_model, draft_context(options, draft_model->header()));
        for (DeviceMemory & device : devices) {
            device.draft.weights = shares_weights ? 0 : device.draft.weights;
        }
    }
    return devices;
}

MemoryUse use_of(const Model & model, const llama_context * context) {
    MemoryUse use;
    for (const auto & [buffers, bytes] : llama_get_memory_breakdown(context)) {
        // Of what several devices divide, allocated buffers have the size of one part.
        const bool is_divided = ggml_backend_dev_type(device_of(buffers)) == GGML_BACKEND_DEVICE_TYPE_META;
        const size_t parts = is_divided ? model.dividers().size() : 1;
        use += {bytes.model * parts, bytes.context * parts, bytes.compute * parts};
    }
    return use;
}

}  // namespace foretoken
