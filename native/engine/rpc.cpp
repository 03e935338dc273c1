#include "rpc.h"

#include "abort-guard.h"
#include "backend.h"
#include "error.h"
#include "ggml-rpc.h"

namespace foretoken {

namespace {

// ggml's functions by their names: the module is loaded, not linked to.
template <typename Function> Function * rpc_function(const char * name) {
    const ggml_backend_reg_t backend = ggml_backend_reg_by_name("RPC");
    void * function = backend ? ggml_backend_reg_get_proc_address(backend, name) : nullptr;
    if (!function) {
        throw Error("BACKEND_MISSING", "no ggml module for workers on other machines lies beside the addon");
    }
    return reinterpret_cast<Function *>(function);
}

std::vector<ggml_backend_dev_t> served_devices() {
    std::vector<ggml_backend_dev_t> devices;
    for (size_t i = 0; i < ggml_backend_dev_count(); ++i) {
        const ggml_backend_dev_t device = ggml_backend_dev_get(i);
        const auto type = ggml_backend_dev_type(device);
        if (type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU) {
            devices.push_back(device);
        }
    }
    if (devices.empty()) {
        devices.push_back(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
    }
    return devices;
}

// Throws Error WORKER_UNREACHABLE where ggml aborts.
template <typename Connect> auto connecting(const std::string & endpoint, const Connect & connect) {
    try {
        const AbortGuard guard;
        return connect();
    } catch (const Error & error) {
        throw Error("WORKER_UNREACHABLE", "the worker at " + endpoint + " was lost: " + error.what());
    }
}

}  // namespace

RpcProtocol rpc_protocol() {
    return {RPC_PROTO_MAJOR_VERSION, RPC_PROTO_MINOR_VERSION};
}

std::vector<ggml_backend_dev_t> worker_devices(const std::vector<std::string> & endpoints) {
    std::vector<ggml_backend_dev_t> devices;
    for (const std::string & endpoint : endpoints) {
        const auto add_server = rpc_function<decltype(ggml_backend_rpc_add_server)>("ggml_backend_rpc_add_server");
        const ggml_backend_reg_t worker = connecting(endpoint, [&] { return add_server(endpoint.c_str()); });
        if (!worker) {
            throw Error("WORKER_UNREACHABLE", "the worker at " + endpoint + " has no devices");
        }
        for (size_t i = 0; i < ggml_backend_reg_dev_count(worker); ++i) {
            devices.push_back(ggml_backend_reg_dev_get(worker, i));
        }
    }
    return devices;
}

void hold_worker(const std::string & endpoint) {
    const ggml_backend_dev_t device = worker_devices({endpoint}).front();
    // ggml hangs up when nothing uses the connection: this uses it for good.
    connecting(endpoint, [&] { return ggml_backend_dev_init(device, nullptr); });
}

void serve_devices(const std::string & endpoint, int threads) {
    const auto backend = Backend::acquire();
    const auto start_server = rpc_function<decltype(ggml_backend_rpc_start_server)>("ggml_backend_rpc_start_server");
    std::vector<ggml_backend_dev_t> devices = served_devices();
    start_server(endpoint.c_str(), nullptr, static_cast<size_t>(threads), devices.size(), devices.data());
}

}  // namespace foretoken
