/** The report's other formats, whole and in shards: killed in either model, the next pull of the pair gets only what is missing. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { run } from "../helpers/child.js";
import { hubSandbox, PYTHIA, REPORT_PAIRS } from "../helpers/hub-sandbox.js";
import { sha } from "../helpers/hub-server.js";

const files: [pair: string, file: string][] = [
  ["opt-350m", "pytorch_model.bin"],
  ["codegen-misaligned", "pytorch_model-00001-of-00002.bin"],
  ["codegen-misaligned", "pytorch_model-00002-of-00002.bin"],
];

for (const [pair, file] of files) {
  const { family, format, repositories } = REPORT_PAIRS[pair] as (typeof REPORT_PAIRS)[string];
  for (const [i, id] of repositories.entries()) {
    t.test(`${id}/${file}`, { skip: process.platform === "win32" }, async (t) => {
      const hub = await hubSandbox(t);
      for (const [j, one] of repositories.entries()) hub.addCheckpoint(one, family, format, j + 1);
      const { size } = statSync(hub.source(id, file));
      const half = Math.floor(size / 2);
      const hash = sha("sha256", readFileSync(hub.source(id, file)));
      hub.server.faults.push({ at: new RegExp(`^cdn/${hash}`), times: 1, breakAt: half });
      const args = [pair, "download", `${id}/${file}`, "1"];
      t.equal((await run("test/fixtures/process/pull-killed.mjs", args, { env: hub.env })).signal, "SIGKILL");
      const models = repositories.map((one) => `${one.replace("/", "--")}.f16.gguf`);
      t.strictSame(hub.modelFiles(), models.slice(0, i), "the target is there before the draft begins");
      t.strictSame(
        hub.incomplete(id).map((path) => statSync(path).size),
        [half],
      );

      hub.server.asked.length = 0;
      t.match(await hub.cli(["pull", pair]), { code: 0, stderr: "" });
      const ranges = hub.server.downloads(new RegExp(`${id}/.*/${file}$`)).map(({ range }) => range);
      t.strictSame(ranges, [`bytes=${half}-`]);
      if (i === 1)
        t.strictSame(
          hub.server.downloads(new RegExp(`^/${repositories[0]}/`)),
          [],
          "the target is left alone",
        );
      t.strictSame(hub.modelFiles(), [...models].sort());
    });
  }
}

t.test("a worker that is terminated: no crash, nothing hangs, and the next pull goes on", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.server.faults.push({ at: /^cdn/, times: 1, hangAt: 5000 });
  const ended = await run("test/fixtures/process/pull-in-worker.mjs", [PYTHIA], { env: hub.env });
  t.match(ended, { code: 0, signal: null, stdout: "terminated\n", stderr: "", hung: false });
  t.match(await hub.cli(["pull", PYTHIA]), { code: 0, stderr: "" });
  t.equal(hub.server.downloads(/safetensors/).at(-1)?.range, "bytes=5000-");
  t.ok(statSync(join(hub.models, `${PYTHIA.replace("/", "--")}.f16.gguf`)).size > 0);
});
