/** What goes wrong on the way: tried again from where it stopped, or a typed error. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { pullModel } from "../../lib/index.js";
import { hubSandbox, PYTHIA } from "../helpers/hub-sandbox.js";
import type { Fault } from "../helpers/hub-server.js";

const WEIGHTS = "model.safetensors";

async function sandbox(t: Test, ...faults: Fault[]) {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment({ HF_HUB_DOWNLOAD_TIMEOUT: "0.5" });
  hub.server.faults.push(...faults);
  const { size } = statSync(hub.source(PYTHIA, WEIGHTS));
  const blob = () =>
    readFileSync(join(hub.cache, `models--${PYTHIA.replace("/", "--")}`, "snapshots", commit(), WEIGHTS));
  const commit = () =>
    hub.server.asked
      .find(({ path }) => path.includes("/tree/"))
      ?.path.split("/")
      .at(-1) ?? "";
  return {
    ...hub,
    size,
    pull: () => pullModel({ repository: PYTHIA }),
    ranges: () => hub.server.asked.filter(({ host }) => host === "cdn").map(({ range }) => range),
    isWhole: () => blob().equals(readFileSync(hub.source(PYTHIA, WEIGHTS))),
  };
}

const mended: [name: string, faults: Fault[], ranges: (string | null)[]][] = [
  [
    "broken off twice",
    [1000, 30_000].map((breakAt) => ({ at: /^cdn/, times: 1, breakAt })),
    [null, "bytes=1000-", "bytes=30000-"],
  ],
  ["no byte for a while", [{ at: /^cdn/, times: 1, hangAt: 500 }], [null, "bytes=500-"]],
  [
    "a server without ranges",
    [
      { at: /^cdn/, times: 1, breakAt: 1000 },
      { at: /^cdn/, times: 1, ignoreRange: true },
    ],
    [null, "bytes=1000-"],
  ],
  ["503 of the other host", [{ at: /^cdn/, times: 1, status: 503 }], [null, null]],
  ["500 for the list", [{ at: /^hub.*[/]tree[/]/, times: 2, status: 500 }], [null]],
  ["no answer to the list", [{ at: /^hub.*[/]tree[/]/, times: 1, hangAt: 0 }], [null]],
];
for (const [name, faults, ranges] of mended) {
  t.test(`${name}: the pull goes on`, async (t) => {
    const hub = await sandbox(t, ...faults);
    const { received } = await hub.pull();
    t.strictSame(hub.ranges(), ranges);
    t.ok(hub.isWhole());
    t.ok(received >= hub.size);
    t.strictSame(hub.incomplete(PYTHIA), []);
  });
}

t.test("429: the server is given the time it asks for", async (t) => {
  const hub = await sandbox(t, { at: /^cdn/, times: 1, status: 429, headers: { "retry-after": "1" } });
  const started = Date.now();
  await hub.pull();
  t.ok(Date.now() - started >= 1000);
});

t.test("a server that asks for an hour is left at once", async (t) => {
  const hub = await sandbox(t, { at: /^cdn/, status: 429, headers: { "retry-after": "3600" } });
  await t.rejects(hub.pull(), { name: "HubError", code: "HUB_FAILED", message: /429/ });
  t.equal(hub.ranges().length, 1);
});

t.test("broken off at the same place again and again: what has come is kept", async (t) => {
  const hub = await sandbox(t, { at: /^cdn/, breakAt: 1000 });
  await t.rejects(hub.pull(), { name: "HubError", code: "HUB_UNREACHABLE", message: /safetensors/ });
  t.strictSame(hub.ranges(), [null, ...Array(4).fill("bytes=1000-")], "five attempts");
  t.match(
    hub.incomplete(PYTHIA).map((path) => statSync(path).size),
    [1000],
  );
  hub.server.faults.length = 0;
  t.match(await hub.pull(), { alreadyThere: false });
  t.equal(hub.ranges().at(-1), "bytes=1000-");
});

t.test("a wrong byte: refused, deleted, and fetched anew", async (t) => {
  for (const at of [/^cdn/, /^hub.*config[.]json$/]) {
    const hub = await sandbox(t, { at, times: 1, wrongAt: 100 });
    await t.rejects(hub.pull(), {
      name: "HubError",
      code: "HUB_HASH_MISMATCH",
      message: /^Expected (sha256|git-sha1) \w+ for .* but received/,
    });
    t.strictSame(hub.incomplete(PYTHIA), []);
    t.strictSame(hub.modelFiles(), []);
    await hub.pull();
    t.ok(hub.isWhole());
  }
});

t.test("more bytes than there should be", async (t) => {
  const hub = await sandbox(t, { at: /^cdn/, times: 1, surplus: 10 });
  await t.rejects(hub.pull(), { code: "HUB_HASH_MISMATCH", message: /but received more/ });
  t.strictSame(hub.incomplete(PYTHIA), []);
});

t.test("a wrong beginning that an earlier run left: fetched anew by itself", async (t) => {
  const hub = await sandbox(
    t,
    { at: /^cdn/, times: 1, wrongAt: 5, breakAt: 1000 },
    { at: /^cdn/, times: 4, breakAt: 0 },
  );
  await t.rejects(hub.pull(), { code: "HUB_UNREACHABLE" });
  await hub.pull();
  t.strictSame(hub.ranges().slice(-2), ["bytes=1000-", null]);
  t.ok(hub.isWhole());
});
