import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { cli } from "../helpers/cli.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const SHORT = ["generate", "--max-tokens", "5", "--threads", "1"];

/** The command line with files of the test's own as stdin, stdout and stderr. */
function withFiles(args: string[], stdio: { stdin?: string; stdout?: string; stderr?: string }) {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const files = [
    stdio.stdin === undefined ? "ignore" : openSync(stdio.stdin, "r"),
    stdio.stdout === undefined ? "pipe" : openSync(stdio.stdout, "w"),
    stdio.stderr === undefined ? "pipe" : openSync(stdio.stderr, "w"),
  ] as const;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    env,
    stdio: [...files],
    encoding: "utf8",
    timeout: 60_000,
  });
  for (const file of files) if (typeof file === "number") closeSync(file);
  return { status, signal, stdout, stderr };
}

t.test(
  "a full disk is one line on stderr and exit code 1",
  { skip: process.platform !== "linux" },
  async (t) => {
    for (const args of [[...SHORT, "Once"], [...SHORT, "--json", "Once"], ["devices"], ["--help"]]) {
      const { status, stderr } = withFiles(args, { stdout: "/dev/full" });
      t.equal(status, 1, args.join(" "));
      t.match(stderr, /^foretoken: cannot write to stdout: .*ENOSPC.*\n$/);
    }
    t.match(withFiles([...SHORT, "--stats", "Once"], { stderr: "/dev/full" }), { status: 1, signal: null });
  },
);

t.test("a folder as stdin is said to be one", { skip: process.platform === "win32" }, async (t) => {
  t.match(withFiles([...SHORT, "-"], { stdin: t.testdir() }), {
    status: 1,
    stdout: "",
    stderr: /^foretoken: stdin is a folder; redirect a file or pipe text into it\n$/,
  });
});

t.test("an empty stdin has no prompt", async (t) => {
  t.match(withFiles([...SHORT, "-"], {}), { status: 1, stderr: /\[PROMPT_EMPTY\]\n$/ });
});

t.test("--gpu-layers takes all, auto or a number", async (t) => {
  for (const layers of ["all", "auto", "0"])
    t.match(await cli([...SHORT, "--gpu-layers", layers, "Once"]), { code: 0, stderr: "" });
  for (const layers of ["some", "-1", "1.5", ""])
    t.match(await cli([...SHORT, "--gpu-layers", layers, "Once"]), { code: 2, stderr: /gpu-?layers/i });
});

t.test("--no-draft beside what is about the draft is a usage error, in any order", async (t) => {
  for (const [name, value] of [
    ["--draft", "fable-5m"],
    ["--draft-max-tokens", "3"],
    ["--draft-threads", "1"],
  ] as const) {
    const expected = { code: 2, stdout: "", stderr: `'--no-draft' cannot be used with option '${name}` };
    t.match(await cli([...SHORT, "--no-draft", name, value, "Once"]), expected);
    t.match(await cli([...SHORT, name, value, "--no-draft", "Once"]), expected);
  }
});
