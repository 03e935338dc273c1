import t from "tap";
import { type Ended, run } from "../helpers/child.js";

const cases: [name: string, child: string, expected: Partial<Record<keyof Ended, unknown>>][] = [
  ["process.exit in the middle of a generation", "exit", { code: 7, stderr: "" }],
  ["process.exit while loading", "exit-while-loading", { code: 7, stderr: "" }],
  [
    "an uncaught exception in the middle of a generation",
    "uncaught",
    { code: 1, stderr: /Error: thrown by the user's code/ },
  ],
  ["an exception in the loop's body", "throw-in-loop", { code: 1, stderr: /Error: thrown after true/ }],
  ["SIGTERM in the middle of a generation", "sigterm", { code: null, signal: "SIGTERM", stderr: "" }],
  ["the program's end with an open, idle pair", "idle", { code: 0, stdout: "left open\n", stderr: "" }],
  ["a generation as the last thing awaited", "last-await", { code: 0, stdout: "300 tokens\n", stderr: "" }],
  [
    "loading and closing as the last things awaited",
    "last-load",
    { code: 0, stdout: "gptneox\nclosed\n", stderr: "" },
  ],
  [
    "closing in the middle of a generation, not awaited",
    "close-unawaited",
    { code: 0, stdout: "closed\n", stderr: "" },
  ],
];

for (const [name, child, expected] of cases) {
  t.test(name, async (t) => {
    t.match(await run(`test/fixtures/process/${child}.mjs`), { hung: false, signal: null, ...expected });
  });
}
