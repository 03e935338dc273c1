import { readFileSync } from "node:fs";
import t from "tap";
import { runInTurn } from "../../lib/bench/run.js";

t.test("whoever comes first goes second the next time", async (t) => {
  const order: string[] = [];
  for (const turn of [0, 1, 2]) {
    const run = await runInTurn(turn, async (side) => {
      order.push(side);
      return side;
    });
    t.strictSame(run, { baseline: "baseline", speculative: "speculative" });
  }
  const [plain, drafting] = ["baseline", "speculative"];
  t.strictSame(order, [plain, drafting, drafting, plain, plain, drafting]);
});

t.test("every preset repeats each prompt five times at least", async (t) => {
  const cases = JSON.parse(readFileSync(new URL("../../bench/cases.json", import.meta.url), "utf8"));
  for (const [name, { repeat, processes }] of Object.entries<{ repeat: number; processes: number }>(cases))
    t.ok(repeat * processes >= 5, `${name}: ${repeat} times in each of ${processes} processes`);
});
