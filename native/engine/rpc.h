// ggml's RPC backend: the devices of workers on other machines, and serving this machine's.
#pragma once

#include <string>
#include <vector>

#include "ggml-backend.h"

namespace foretoken {

// What both ends have to speak; a worker's minor version may be lower.
struct RpcProtocol {
    int major;
    int minor;
};
RpcProtocol rpc_protocol();

// The devices of each worker at "host:port", in that order. ggml connects here and again whenever nothing has used the
// connection meanwhile, unless the worker is held; when it is lost later, ggml ends the process. They are not added to
// ggml's own list, hence used by nobody who does not name them. Throws Error BACKEND_MISSING, WORKER_UNREACHABLE.
std::vector<ggml_backend_dev_t> worker_devices(const std::vector<std::string> & endpoints);

// Connects to the worker at "host:port" for the rest of the process, so that nobody else is served between two uses.
// Waits, without end, while another is served. Throws what worker_devices throws.
void hold_worker(const std::string & endpoint);

// Serves this machine's GPUs, or the CPU where it has none, to one client after another, at "a.b.c.d:port". What a
// client sends is not checked enough to be safe: ggml may end the process. Returns when it can no longer accept, and
// where it could not listen. Throws Error BACKEND_MISSING.
void serve_devices(const std::string & endpoint, int threads);

}  // namespace foretoken
