import { createError } from "../errors.js";
import { native } from "../native.js";
import { addressText, endpoints, type WorkerAddress } from "./address.js";
import { PROBE_TIMEOUT_MS } from "./probe.js";

/**
 * Has the worker serve this process until that ends: somebody else may come between the greeting and ggml, and between two of
 * ggml's own connections. Rejects with WORKER_UNREACHABLE, and with WORKER_BUSY, after which native code goes on waiting.
 */
export function holdWorker(address: WorkerAddress): Promise<void> {
  const [endpoint = ""] = endpoints([address]);
  const busy = () =>
    createError(
      "WORKER_BUSY",
      `Expected the worker at ${addressText(address)} to be free within ${PROBE_TIMEOUT_MS / 1000} s`,
    );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(busy()), PROBE_TIMEOUT_MS);
    native
      .holdWorker(endpoint)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
