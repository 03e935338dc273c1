import t from "tap";
import { cli } from "../helpers/cli.js";

t.test("costs of a pair, and what follows from them", async (t) => {
  const { code, stdout, stderr } = await cli([
    "profile",
    "fable-5m",
    "fable-1m",
    "--rows",
    "4",
    "--budget",
    "1",
  ]);
  t.equal(code, 0, stderr);
  t.match(stdout, /a target pass, one row +[\d.]+ ms\na draft pass/);
  t.match(stdout, /v\(n\) .* 1\.00 /);
  t.match(stdout, /streaming, JS thread +[\d.]+ µs per token/);
  t.match(stdout, /Recommended:\n {2}threads: \d+ .*\n {2}draftThreads: \d+\n {2}draft/);
});

t.test("of a target alone, as JSON", async (t) => {
  const { code, stdout, stderr } = await cli([
    "profile",
    "fable-1m",
    "--rows",
    "3",
    "--budget",
    "1",
    "--json",
  ]);
  t.equal(code, 0, stderr);
  const profile = JSON.parse(stdout);
  t.match(profile, {
    target: "fable-1m",
    draft: null,
    costs: { draftStepMs: null, verifyCosts: { length: 3 } },
    advice: null,
    machine: { node: process.version },
  });
  t.ok(profile.overheads.roundUs > 0 && profile.memoryBytes > 1e6);
});

t.test("wrong usage", async (t) => {
  t.match(await cli(["profile", "fable-1m", "--rows", "0"]), {
    code: 2,
    stderr: /between 1 and 65 for rows/,
  });
  t.match(await cli(["profile", "fable-1m", "--threads", "0"]), {
    code: 2,
    stderr: /threads/,
  });
  t.match(await cli(["profile", "fable-1m", "--prompts", "nowhere.json"]), {
    code: 2,
    stderr: /PROMPTS_INVALID/,
  });
  t.match(await cli(["profile"]), { code: 2 });
});
