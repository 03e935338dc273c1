/** The report's three pairs, from an empty cache to text. */
import { statSync } from "node:fs";
import t from "tap";
import { checkPair, loadPair } from "../../lib/index.js";
import { hubSandbox, REPORT_PAIRS } from "../helpers/hub-sandbox.js";

for (const [pair, { family, format, repositories }] of Object.entries(REPORT_PAIRS)) {
  t.test(`${pair} is pulled, found by name and generates`, async (t) => {
    const hub = await hubSandbox(t);
    for (const [i, id] of repositories.entries()) hub.addCheckpoint(id, family, format, i + 1);
    const pulled = await hub.cli(["pull", pair]);
    t.match(pulled, { code: 0, stderr: "" });
    for (const id of repositories) t.match(pulled.stdout, `${id}: `);
    t.match(pulled.stdout, /its checkpoint stays in the hub's cache: .*snapshots/);
    const names = repositories.map((id) => `${id.replace("/", "--")}.f16.gguf`);
    t.strictSame(hub.modelFiles(), [...names].sort());

    const [target, draft] = repositories;
    const short = draft.slice(draft.indexOf("/") + 1);
    const args = [
      "generate",
      "--target",
      target,
      "--draft",
      short,
      "--max-tokens",
      "5",
      "--ignore-end",
      "the",
    ];
    t.match(await hub.cli([...args, "--json"]), { code: 0, stdout: /"committed": \d/ });
    t.match(await hub.cli(["check", target, short]), { code: 0, stdout: /^identical/ });

    hub.useEnvironment();
    t.equal((await checkPair({ target, draft })).verdict, "identical");
    const loaded = await loadPair({ target, draft });
    t.equal((await loaded.complete("the", { maxTokens: 4, ignoreEnd: true })).tokens.length, 4);
    await loaded.close();

    const listed = JSON.parse((await hub.cli(["pairs", "--json"])).stdout);
    const here = listed.find((one: { name: string }) => one.name === pair);
    t.ok(statSync(here.target.path).isFile() && statSync(here.draft.path).isFile());

    const before = hub.server.asked.length;
    const again = await hub.cli(["pull", pair, "--json"]);
    t.match(JSON.parse(again.stdout).models, [
      { name: target, alreadyThere: true, received: 0, checkpoint: null },
      { name: draft, alreadyThere: true },
    ]);
    t.notOk(
      hub.server.asked.slice(before).some(({ path }) => path.includes("/resolve/")),
      "nothing is fetched again",
    );
  });
}
