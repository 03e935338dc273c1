import { basename } from "node:path";
import t, { type Test } from "tap";
import { newestResult } from "../../bench/newest-result.mjs";
import { syntheticReport } from "../helpers/report.js";

function result(day: number, { cpu = "Xeon", threads = 2 } = {}): string {
  const report = syntheticReport([], { date: `2026-11-${day}T12:00:00.000Z`, threads });
  return JSON.stringify({ ...report, machine: { ...report.machine, cpu } });
}

function found(t: Test, files: Record<string, string>) {
  const { newest, earlier } = newestResult(t.testdir(files));
  return [newest, earlier].map((one) => one && basename(one.file));
}

t.test("the newest result goes with the newest earlier one of its name and machine", async (t) => {
  t.strictSame(
    found(t, {
      "2026-11-20-sweep.json": result(20),
      "2026-11-21-sweep.json": result(21),
      "2026-11-22-sweep.json": result(22, { cpu: "EPYC" }),
      "2026-11-23-sweep.json": result(23, { threads: 1 }),
      "2026-11-24-drafts.json": result(24),
      "2026-11-25-sweep.json": result(25),
      "2026-11-26-kernels.json": "{}",
    }),
    ["2026-11-25-sweep.json", "2026-11-21-sweep.json"],
  );
});

t.test("another machine's is not compared, nor another name's", async (t) => {
  const files = {
    "2026-11-22-sweep.json": result(22, { cpu: "EPYC" }),
    "2026-11-23-drafts.json": result(23),
  };
  t.strictSame(found(t, { ...files, "2026-11-25-sweep.json": result(25) }), ["2026-11-25-sweep.json", null]);
  t.strictSame(found(t, {}), [null, null]);
});
