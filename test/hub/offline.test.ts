/** Without the network: from the cache, also from one that another program has filled. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { pullModel } from "../../lib/index.js";
import { hubSandbox, PYTHIA } from "../helpers/hub-sandbox.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
/** Nobody listens there. */
const UNREACHABLE = "http://127.0.0.1:65535";

t.test("HF_HUB_OFFLINE asks nobody and says what is missing", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment({ HF_HUB_OFFLINE: "1" });
  await t.rejects(pullModel({ repository: PYTHIA }), {
    name: "HubError",
    code: "HUB_OFFLINE",
    message: /EleutherAI[/]pythia-160m-deduped at main in the cache .*not there.*HF_HUB_OFFLINE/,
  });
  t.strictSame(hub.server.asked, []);
});

t.test("what was pulled once converts again from the cache", async (t) => {
  const hub = await hubSandbox(t);
  const commit = hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  const first = await pullModel({ repository: PYTHIA });
  const bytes = readFileSync(first.path);
  for (const env of [{ HF_HUB_OFFLINE: "1" }, { HF_ENDPOINT: UNREACHABLE }]) {
    rmSync(first.path);
    hub.server.asked.length = 0;
    hub.useEnvironment(env);
    t.match(await pullModel({ repository: PYTHIA }), { revision: commit, received: 0, alreadyThere: false });
    t.ok(readFileSync(first.path).equals(bytes));
    t.strictSame(hub.server.asked, []);
  }
  const byCommit = await pullModel({ repository: PYTHIA, revision: commit });
  t.match(byCommit, { revision: commit, name: `${PYTHIA}@${commit}`, received: 0 });
});

t.test("a converted model needs neither hub nor cache", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  await pullModel({ repository: PYTHIA });
  rmSync(hub.cache, { recursive: true });
  hub.useEnvironment({ HF_HUB_OFFLINE: "1" });
  const { path, bytes } = await pullModel({ repository: PYTHIA });
  t.match(await pullModel({ repository: PYTHIA }), { alreadyThere: true, received: 0 });
  truncateSync(path, bytes - 1000);
  await t.rejects(pullModel({ repository: PYTHIA }), { code: "HUB_OFFLINE" }, "unless it is damaged");
});

t.test("an endpoint that cannot be reached, and nothing in the cache", async (t) => {
  const hub = await hubSandbox(t);
  hub.useEnvironment({ HF_ENDPOINT: UNREACHABLE });
  await t.rejects(pullModel({ repository: PYTHIA }), {
    code: "HUB_UNREACHABLE",
    message: /127[.]0[.]0[.]1:65535[^?]*ECONNREFUSED/,
  });
});

t.test("a cache that huggingface_hub filled is used as it is", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  const folder = join(hub.cache, `models--${PYTHIA.replace("/", "--")}`);
  const snapshot = join(folder, "snapshots", COMMIT);
  for (const path of [join(folder, "blobs"), join(folder, "refs"), snapshot])
    mkdirSync(path, { recursive: true });
  for (const name of readdirSync(hub.source(PYTHIA, ""))) {
    writeFileSync(join(folder, "blobs", `etag-of-${name}`), readFileSync(hub.source(PYTHIA, name)));
    symlinkSync(`../../blobs/etag-of-${name}`, join(snapshot, name));
  }
  writeFileSync(join(folder, "refs", "main"), COMMIT);
  hub.useEnvironment({ HF_HUB_OFFLINE: "1" });
  t.match(await pullModel({ repository: PYTHIA }), {
    revision: COMMIT,
    received: 0,
    checkpoint: { folder: snapshot },
  });

  rmSync(join(snapshot, "model.safetensors"));
  rmSync(hub.models, { recursive: true });
  await t.rejects(pullModel({ repository: PYTHIA }), { code: "HUB_OFFLINE", message: /weights/ });
  writeFileSync(
    join(snapshot, "model.safetensors.index.json"),
    JSON.stringify({ weight_map: { a: "model-1.safetensors" } }),
  );
  await t.rejects(pullModel({ repository: PYTHIA }), {
    code: "HUB_OFFLINE",
    message: /model-1[.]safetensors/,
  });
});

t.test("the cache is laid out as huggingface_hub's, and what it began is gone on with", async (t) => {
  const hub = await hubSandbox(t);
  const commit = hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  await pullModel({ repository: PYTHIA });
  const folder = join(hub.cache, `models--${PYTHIA.replace("/", "--")}`);
  t.equal(readFileSync(join(folder, "refs", "main"), "utf8"), commit);
  t.strictSame(
    readdirSync(join(folder, "snapshots", commit)).sort(),
    readdirSync(hub.source(PYTHIA, "")).sort(),
  );
  const weights = readdirSync(join(folder, "blobs")).find((name) => name.length === 64) ?? "";
  t.ok(existsSync(join(folder, "blobs", weights)));

  const blob = join(folder, "blobs", weights);
  renameSync(blob, `${blob}.incomplete`);
  writeFileSync(`${blob}.incomplete`, readFileSync(`${blob}.incomplete`).subarray(0, 777));
  rmSync(hub.models, { recursive: true });
  await pullModel({ repository: PYTHIA });
  t.equal(hub.server.downloads(/safetensors/).at(-1)?.range, "bytes=777-");
});
