/** Killed at every stage: nothing half-written has a model's name, and the next pull goes on where it stopped. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { run } from "../helpers/child.js";
import { hubSandbox, PYTHIA } from "../helpers/hub-sandbox.js";

const WEIGHTS = "model.safetensors";
const FILE = `${PYTHIA}/${WEIGHTS}`;
const MODEL = `${PYTHIA.replace("/", "--")}.f16.gguf`;
/** More than a tenth of the tiny checkpoint's weights, less than half. */
const MIDDLE = "20000";

const stages: [name: string, args: string[], kept: (size: number) => number | null][] = [
  ["before anything is asked", ["request", "/revision/"], () => null],
  ["while the files are listed", ["request", "cursor=3"], () => null],
  ["before the first file", ["request", "config.json"], () => null],
  ["before the weights", ["request", WEIGHTS], () => null],
  ["after the weights' first bytes", ["download", FILE, "1"], (size) => size / 10],
  ["in the middle of the weights", ["download", FILE, MIDDLE], (size) => size / 2],
  ["when all has come, before it is verified and renamed", ["download", FILE, "all"], (size) => size],
  ["when the conversion has begun", ["convert", PYTHIA, "0"], () => null],
  ["in the middle of the conversion", ["convert", PYTHIA, "0.5"], () => null],
  ["at the end of the conversion", ["convert", PYTHIA, "1"], () => null],
];

t.test("killed", { skip: process.platform === "win32" }, async (t) => {
  const whole = await hubSandbox(t);
  whole.addCheckpoint(PYTHIA);
  t.match(await whole.cli(["pull", PYTHIA]), { code: 0 });
  const expected = readFileSync(join(whole.models, MODEL));

  for (const [name, args, kept] of stages) {
    t.test(name, async (t) => {
      const hub = await hubSandbox(t);
      hub.addCheckpoint(PYTHIA);
      const { size } = statSync(hub.source(PYTHIA, WEIGHTS));
      // Parts of the weights come one by one, so that there is a middle to be killed in.
      for (const share of [0.1, 0.5])
        hub.server.faults.push({ at: /^cdn/, times: 1, breakAt: Math.floor(size * share) });
      const [stage = "", what = "", amount = ""] = args;
      const bytes = amount === "all" ? String(size) : amount;
      const killed = await run("test/fixtures/process/pull-killed.mjs", [PYTHIA, stage, what, bytes], {
        env: hub.env,
      });
      t.equal(killed.signal, "SIGKILL");
      t.notOk(
        hub.modelFiles().some((file) => file.endsWith(".gguf")),
        "no model is half there",
      );

      const expectedBytes = kept(size);
      const partial = hub.incomplete(PYTHIA).map((path) => statSync(path).size);
      t.strictSame(
        partial,
        expectedBytes === null ? partial.filter((length) => length === 0) : [Math.floor(expectedBytes)],
      );

      hub.server.faults.length = 0;
      hub.server.asked.length = 0;
      t.match(await hub.cli(["pull", PYTHIA]), { code: 0, stderr: "" });
      const asked = hub.server.downloads(/safetensors/).map(({ range }) => range);
      if (stage === "convert" || expectedBytes === size)
        t.strictSame(asked, [], "the weights are there already");
      else t.strictSame(asked, [expectedBytes === null ? null : `bytes=${Math.floor(expectedBytes)}-`]);
      t.strictSame(hub.modelFiles(), [MODEL], "what was begun is cleared away");
      t.strictSame(hub.incomplete(PYTHIA), []);
      t.ok(readFileSync(join(hub.models, MODEL)).equals(expected), "the same file");
    });
  }
});
