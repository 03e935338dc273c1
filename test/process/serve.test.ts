import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { native } from "../../lib/native.js";
import type { WorkerAddress } from "../../lib/workers/address.js";
import { type ServeOptions, serveDevices } from "../../lib/workers/serve.js";
import { hello } from "../helpers/rpc.js";

const ANY = { host: "127.0.0.1", port: 0 };

function options(t: Test, listeners: Partial<ServeOptions> = {}) {
  const end = new AbortController();
  t.teardown(() => end.abort());
  return {
    end,
    serve: { threads: 1, signal: end.signal, onListening: () => {}, onRestart: () => {}, ...listeners },
  };
}

const { execPath } = process;
/** Where Node's own file should be. */
function forkFrom(t: Test, path: string): void {
  t.teardown(() => {
    process.execPath = execPath;
  });
  process.execPath = path;
}

t.test("an end that comes while the port is tried begins no server", async (t) => {
  const { end, serve } = options(t);
  // A server that is begun rejects.
  forkFrom(t, "/dev/null/node");
  const serving = serveDevices(ANY, serve);
  end.abort();
  await t.resolves(serving);
});

t.test("a server that the system does not start is an error", async (t) => {
  // The first comes as an event, the second is thrown.
  for (const [path, reason] of [
    ["/nonexistent", /ENOENT/],
    ["/dev/null/node", /ENOTDIR/],
  ] as const) {
    forkFrom(t, path);
    await t.rejects(serveDevices(ANY, options(t).serve), { code: "WORKER_CANNOT_LISTEN", message: reason });
  }
});

t.test("a worker whose port another one takes while it starts says no address", async (t) => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const said: WorkerAddress[] = [];
  const { serve } = options(t, { onListening: (address) => said.push(address) });
  const serving = t.rejects(serveDevices({ ...ANY, port }, serve), { code: "WORKER_CANNOT_LISTEN" });
  // The port has been tried and the server not begun.
  await sleep(50);
  const { major, minor } = native.rpcProtocol;
  const other = createServer((socket) => socket.on("error", () => {}).write(hello(major, minor)));
  t.teardown(() => other.close());
  other.listen(port, "127.0.0.1");
  await serving;
  t.strictSame(said, []);
});
