/** scripts/run.mjs: how the scripts run other programs. */
import { spawnSync } from "node:child_process";
import t from "tap";
import { finish, run, withoutShell } from "../../scripts/run.mjs";

t.test(
  "npm is Node with npm's own program on Windows, where it is a batch file; the rest is started as it is",
  async (t) => {
    const windows = { platform: "win32", execPath: String.raw`C:\Program Files\nodejs\node.exe` };
    t.strictSame(withoutShell("npm", ["pack", "a b"], windows), [
      windows.execPath,
      [String.raw`C:\Program Files\nodejs\node_modules\npm\bin\npm-cli.js`, "pack", "a b"],
    ]);
    t.strictSame(withoutShell("cmake", ["-S", "a b"], windows), ["cmake", ["-S", "a b"]]);
    t.strictSame(withoutShell("npm", ["ci"], { ...windows, platform: "linux" }), ["npm", ["ci"]]);
  },
);

t.test("arguments come as they are, spaces and quotes too", async (t) => {
  const args = ["a b", 'c"d', "$HOME", "*"];
  const printed = await run(process.execPath, ["-p", "JSON.stringify(process.argv.slice(1))", "--", ...args]);
  t.strictSame(JSON.parse(printed), args);
});

t.test("a program that is not there is told", async (t) => {
  t.match(await finish("no-such-program", []), { code: null, stderr: /ENOENT/ });
  await t.rejects(run("no-such-program", []), { message: "no-such-program failed" });
});

const skip = process.platform === "win32" && "there is no signal that can be ignored";

t.test(
  "at the deadline a command ends with what it has started, also what ignores being asked to",
  { skip },
  async (t) => {
    for (const ignoring of ["", "trap '' TERM;"]) {
      const script = `${ignoring} sleep 60 & echo $!; wait`;
      const start = Date.now();
      const { code, stdout, stderr } = await finish("sh", ["-c", script], { deadline: start + 300 });
      t.equal(code, null);
      t.match(stderr, /sh was ended at its deadline/);
      t.ok(Date.now() - start < 20_000, `${Date.now() - start} ms`);
      // A process that nobody has waited for yet is there, as a zombie.
      const state = spawnSync("ps", ["-o", "stat=", "-p", stdout.trim()], { encoding: "utf8" }).stdout;
      t.match(state, /^(Z.*)?\s*$/);
    }
  },
);
