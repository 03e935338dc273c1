/** Several pulls of the same at once: one downloads, the others wait, nothing is spoilt. */
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import t from "tap";
import { pullModel } from "../../lib/index.js";
import { hubSandbox, PYTHIA } from "../helpers/hub-sandbox.js";

const MODEL = `${PYTHIA.replace("/", "--")}.f16.gguf`;
/** No process has this number. */
const NOBODY = 2 ** 22 + 7;

t.test("three processes, and two calls in one", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  const pulls = [0, 1, 2].map(() => hub.cli(["pull", PYTHIA]));
  const calls = [0, 1].map(() => pullModel({ repository: PYTHIA }));
  for (const ended of await Promise.all(pulls)) t.match(ended, { code: 0, stderr: "" });
  for (const report of await Promise.all(calls)) t.equal(report.bytes, statSync(report.path).size);
  t.strictSame(hub.modelFiles(), [MODEL]);
  t.strictSame(hub.incomplete(PYTHIA), []);
  t.match(await hub.cli(["generate", "--target", PYTHIA, "--no-draft", "--max-tokens", "2", "the"]), {
    code: 0,
  });
});

t.test("a second process waits for the first and fetches nothing itself", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment({ HF_HUB_DOWNLOAD_TIMEOUT: "1" });
  // Until its time is out, the first sits in the middle of the weights.
  hub.server.faults.push({ at: /^cdn/, times: 1, hangAt: 5000 });
  const first = pullModel({ repository: PYTHIA });
  while (!hub.incomplete(PYTHIA).some((path) => statSync(path).size === 5000))
    await new Promise((resolve) => setTimeout(resolve, 5));
  t.match(await hub.cli(["pull", PYTHIA]), { code: 0, stdout: /pythia-160m-deduped: / });
  await first;
  t.strictSame(
    hub.server.asked.filter(({ host }) => host === "cdn").map(({ range }) => range),
    [null, "bytes=5000-"],
  );
});

t.test("a waiting pull can be aborted", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  hub.server.faults.push({ at: /^cdn/, hangAt: 5000 });
  const stop = new AbortController();
  const both = [0, 1].map(() => pullModel({ repository: PYTHIA, signal: stop.signal }));
  while (hub.incomplete(PYTHIA).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  setTimeout(() => stop.abort(new Error("enough")), 400);
  await Promise.all(both.map((pull) => t.rejects(pull, { message: "enough" })));
  t.strictSame(hub.modelFiles(), []);
  t.ok(
    hub.incomplete(PYTHIA).every((path) => /[/][0-9a-f]{64}[.]incomplete$/.test(path)),
    "free for the next",
  );
});

t.test("what processes left that are gone: the longest is gone on with, the rest removed", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  await pullModel({ repository: PYTHIA });
  const blobs = join(hub.cache, `models--${PYTHIA.replace("/", "--")}`, "blobs");
  const weights = readdirSync(blobs).find((name) => name.length === 64) ?? "";
  const bytes = readFileSync(join(blobs, weights));

  const next = await hubSandbox(t);
  next.addCheckpoint(PYTHIA);
  next.useEnvironment();
  const folder = join(next.cache, `models--${PYTHIA.replace("/", "--")}`, "blobs");
  mkdirSync(folder, { recursive: true });
  const left = (owner: string, length: number) => {
    const path = join(folder, `${weights}.${owner}.incomplete`);
    writeFileSync(path, bytes.subarray(0, length));
    return path;
  };
  const host = hostname().replace(/[^\w-]/g, "-");
  left(`${host}.${NOBODY}-00000001`, 100);
  left(`${host}.${NOBODY}-00000002`, 300);
  utimesSync(left(`${host}.${process.pid}-00000003`, 200), 1, 1);
  const tenMinutesAgo = Date.now() / 1000 - 600;
  utimesSync(left(`${host}.${process.ppid}-00000005`, 20), tenMinutesAgo, tenMinutesAgo);
  utimesSync(left("elsewhere.1-00000004", 50), 1, 1);
  mkdirSync(next.models);
  writeFileSync(join(next.models, `${MODEL}.${host}.${NOBODY}-00000001.partial`), "half");
  await pullModel({ repository: PYTHIA });
  t.equal(next.server.downloads(/safetensors/).at(-1)?.range, "bytes=300-");
  t.strictSame(next.incomplete(PYTHIA), []);
  t.strictSame(next.modelFiles(), [MODEL]);
});
