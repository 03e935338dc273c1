import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { workerAddresses } from "../../lib/workers/address.js";
import { probeWorker } from "../../lib/workers/probe.js";
import { cli } from "../helpers/cli.js";
import { startWorker } from "../helpers/worker.js";

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  t.test(`a worker says where it listens, and ${signal} ends it`, async (t) => {
    const ended = await cli(["worker", "--listen", "0"], { signalOnOutput: signal });
    t.match(ended, { code: 0, signal: null, hung: false, stderr: "" });
    t.match(ended.stdout, /^rpc:\/\/127\.0\.0\.1:[1-9]\d*\n$/);
  });
}

t.test("--json prints JSON alone, and whoever listens for everybody is warned", async (t) => {
  const ended = await cli(["worker", "--listen", "0.0.0.0:0", "--json"], { signalOnOutput: "SIGTERM" });
  t.match(ended, { code: 0, hung: false, stderr: /^WARNING: everybody who reaches 0\.0\.0\.0:\d+ / });
  const { address, addresses } = JSON.parse(ended.stdout);
  t.equal(address, addresses[0]);
  for (const { host } of workerAddresses(addresses))
    t.not(host, "0.0.0.0", "which another machine would take for itself");
});

t.test("a port that is taken, or an address that is another machine's, is an error", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const [listen, reason] of [
    [`${port}`, "EADDRINUSE"],
    ["192.0.2.1:0", "EADDRNOTAVAIL"],
  ] as const) {
    const ended = await cli(["worker", "--listen", listen]);
    t.match(ended, { code: 1, hung: false, stdout: "" });
    t.match(ended.stderr, new RegExp(`^foretoken: Expected to listen at .*${reason}.*WORKER_CANNOT_LISTEN`));
  }
});

t.test("what is no address, and no number of threads, is wrong usage", async (t) => {
  const ended = await cli(["worker", "--listen", "::1:50052"]);
  t.match(ended, { code: 2, stdout: "", stderr: /for listen but received .*OPTION_INVALID/ });
  t.match(await cli(["worker", "--listen", "0", "--threads", "0"]), { code: 2, stderr: /for threads/ });
});

t.test(
  "a server that was ended is started again on its port, and ends with the command",
  {
    skip: process.platform !== "linux",
  },
  async (t) => {
    const worker = await startWorker(t);
    const { host, port } = { host: "127.0.0.1", port: worker.port };
    const server = () => readFileSync(`/proc/${worker.pid}/task/${worker.pid}/children`, "utf8").trim();
    const first = server();
    process.kill(Number(first), "SIGKILL");
    while (server() === first || server() === "") await sleep(20);
    while ((await probeWorker({ host, port }).catch(() => null)) === null) await sleep(20);
    t.match(worker.stderr(), /^foretoken: the server ended with SIGKILL and is started again\n$/);
    await worker.kill();
    while (await probeWorker({ host, port }).catch(() => null)) await sleep(20);
    t.pass("a killed command takes its server with it");
  },
);

t.test("clients that talk nonsense or leave do not end a worker", async (t) => {
  const { port, address } = await startWorker(t);
  for (const nonsense of ["GET / HTTP/1.1\r\n\r\n", "\x0e", ""]) {
    const client = connect(port, "127.0.0.1");
    client.on("error", () => {}).end(nonsense);
    await new Promise((resolve) => client.resume().once("close", resolve));
  }
  const ended = await cli(["generate", "--devices", address, "--threads", "1", "--max-tokens", "3", "Once"]);
  t.match(ended, { code: 0, stderr: "" });
});
