import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import t from "tap";
import { estimateMemory, type Pair } from "../../lib/index.js";
import { native } from "../../lib/native.js";
import { PROBE_TIMEOUT_MS, probeWorker } from "../../lib/workers/probe.js";
import { fable, ids, prompts } from "../helpers/fable.js";
import { hello } from "../helpers/rpc.js";
import { startWorker, type Worker } from "../helpers/worker.js";

const LONG = { maxTokens: 400, ignoreEnd: true };

t.test("a pair over two workers", async (t) => {
  const workers: Worker[] = [await startWorker(t), await startWorker(t)];
  const devices = workers.map(({ address }) => address);

  await t.test("is accounted for: layers on the workers, the draft here", async (t) => {
    const { devices: uses } = await estimateMemory({ target: "fable-17m", draft: "fable-1m", devices });
    t.match(
      uses.map(({ name }) => name),
      ["RPC0", "RPC1", "CPU"],
    );
    for (const { target, draft } of uses.slice(0, 2)) {
      t.ok(target.weights > 2 ** 20);
      t.match(draft, { weights: 0, cache: 0, compute: 0 });
    }
    t.ok((uses[2]?.draft?.weights ?? 0) > 2 ** 20);
  });

  const local = await fable(t);
  const remote: Pair = await fable(t, { devices });

  await t.test("writes the text of the same pair on this machine", async (t) => {
    for (const prompt of prompts.slice(0, 5)) {
      const options = { maxTokens: 60, ignoreEnd: true };
      const [a, b] = [await local.complete(prompt, options), await remote.complete(prompt, options)];
      t.strictSame(ids(b), ids(a));
      t.equal(b.text, a.text);
      t.ok(b.stats.accepted > 0, "drafting");
    }
  });

  await t.test("lost one of them in mid-generation, and goes on with one on the same port", async (t) => {
    const options = { maxTokens: 30, ignoreEnd: true };
    const { text } = await local.complete("The fox", options);
    const generation = remote.generate("Once upon a time", LONG);
    await generation.next();
    const killed = performance.now();
    await workers[1]?.kill();
    await t.rejects(generation.result, {
      name: "EngineError",
      code: "PAIR_PROCESS_DIED",
      message: /ended with SIGABRT, saying: .*RPC server crashed/,
    });
    t.ok(performance.now() - killed < 10_000, "within seconds");
    await t.rejects(remote.complete("The fox", options), {
      code: "WORKER_UNREACHABLE",
      message: new RegExp(`at ${devices[1]} but .*ECONNREFUSED`),
    });
    await startWorker(t, workers[1]?.port);
    t.equal((await remote.complete("The fox", options)).text, text);
  });

  await t.test("keeps others out until it is closed", async (t) => {
    const [host, port] = ["127.0.0.1", workers[0]?.port ?? 0];
    await t.rejects(probeWorker({ host, port }, 200), { code: "WORKER_BUSY" });
    await remote.close();
    t.strictSame(await probeWorker({ host: "localhost", port }), { host, port });
  });
});

t.test("one worker by two names is not taken for two", async (t) => {
  const { address } = await startWorker(t);
  const devices = [address, address.replace("127.0.0.1", "localhost")];
  await t.rejects(fable(t, { devices }), { code: "OPTION_INVALID", message: /each worker once/ });
});

t.test("of two pairs that come to a worker together one is loaded and the other refused", async (t) => {
  const { address } = await startWorker(t);
  const outcomes = await Promise.allSettled([1, 2].map(() => fable(t, { devices: [address] })));
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  t.match(refused, [
    { name: "EngineError", code: "WORKER_BUSY", message: new RegExp(`${address} .*within 5 s`) },
  ]);
});

t.test("a worker that greets and then serves somebody else is busy, too", async (t) => {
  const { major, minor } = native.rpcProtocol;
  const greetsOnce = async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      if (connections++ === 0) socket.write(hello(major, minor));
    }).listen(0, "127.0.0.1");
    let connections = 0;
    t.teardown(() => server.close());
    await once(server, "listening");
    return [`rpc://127.0.0.1:${(server.address() as AddressInfo).port}`];
  };
  const busy = { name: "EngineError", code: "WORKER_BUSY" };
  await Promise.all([
    t.rejects(fable(t, { devices: await greetsOnce() }), busy),
    t.rejects(estimateMemory({ target: "fable-17m", devices: await greetsOnce() }), busy),
  ]);
});

t.test("an abort ends an estimate that waits for a worker", async (t) => {
  const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const reason = new Error("changed my mind");
  const stop = new AbortController();
  let aborted = 0;
  server.once("connection", () => {
    aborted = performance.now();
    stop.abort(reason);
  });
  const options = { target: "fable-17m", devices: [`rpc://127.0.0.1:${port}`], signal: stop.signal };
  await t.rejects(estimateMemory(options), reason);
  t.ok(performance.now() - aborted < PROBE_TIMEOUT_MS, "before the worker's time is over");
  await t.rejects(estimateMemory(options), reason, "and one that was aborted before");
});

t.test("a draft that is the target's own file stays here all the same", async (t) => {
  const { address } = await startWorker(t);
  const self = { target: "fable-1m", draft: "fable-1m" };
  const [local, remote] = [await fable(t, self), await fable(t, { ...self, devices: [address] })];
  const options = { maxTokens: 40, ignoreEnd: true };
  const [a, b] = [await local.complete("Once", options), await remote.complete("Once", options)];
  t.equal(b.text, a.text);
  t.equal(b.stats.corrections, 0);
});

t.test(
  "addresses where no worker of this release answers are typed errors before ggml sees them",
  async (t) => {
    const answer = (reply: Buffer | null) => {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", () => (reply === null ? socket.end() : socket.write(reply)));
      });
      t.teardown(() => server.close());
      return server;
    };
    const cases: [string, Buffer | null, RegExp][] = [
      ["WORKER_UNSUITABLE", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /something else answers/],
      ["WORKER_UNSUITABLE", hello(1, 0), /speaks version 1\.0/],
      ["WORKER_UNSUITABLE", hello(7, 255), /speaks version 7\.255/],
      ["WORKER_UNSUITABLE", null, /hung up/],
      ["WORKER_BUSY", Buffer.alloc(0), /within 0\.3 s/],
    ];
    for (const [code, reply, message] of cases) {
      const server = answer(reply).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      await t.rejects(probeWorker({ host: "127.0.0.1", port }, 300), { name: "EngineError", code, message });
      server.close();
    }
    const pair = fable(t, { devices: ["rpc://127.0.0.1:1"] });
    await t.rejects(pair, {
      code: "WORKER_UNREACHABLE",
      message: /rpc:\/\/127\.0\.0\.1:1 but .*ECONNREFUSED/,
    });
    await t.rejects(probeWorker({ host: "no-such-host.invalid", port: 1 }), { code: "WORKER_UNREACHABLE" });
  },
);
