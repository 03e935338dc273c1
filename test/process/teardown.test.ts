import t from "tap";
import { run } from "../helpers/child.js";

for (const work of ["generating", "loading"]) {
  t.test(`worker threads terminated while ${work} leave the process working`, async (t) => {
    const ended = await run("test/fixtures/process/terminate-worker.mjs", [work]);
    t.match(ended, { hung: false, code: 0, stdout: "20 tokens\n", stderr: "" });
  });
}

const endings: [name: string, work: string, stdout: RegExp][] = [
  ["process.exit in a worker ends the worker only", "exiting", /^(ready\n|exit 5\n){4}$/],
  ["a worker that leaves its pair open ends", "abandoning", /^(ready\n|exit 0\n){4}$/],
  ["a worker that closes its pair in the middle ends", "closing", /^(ready\n|exit 0\n){4}$/],
  ["a worker's last generation is finished", "finishing", /^(ready\n|500 tokens\n|exit 0\n){6}$/],
];

for (const [name, work, stdout] of endings) {
  t.test(name, async (t) => {
    t.match(await run("test/fixtures/process/await-worker.mjs", [work]), {
      hung: false,
      code: 0,
      stdout,
      stderr: "",
    });
  });
}

t.test("pairs never closed are collected, idle or with work in flight", async (t) => {
  const ended = await run("test/fixtures/process/collected.mjs", [], { nodeFlags: ["--expose-gc"] });
  t.match(ended, { hung: false, code: 0, stdout: "3 collected\n", stderr: "" });
});
