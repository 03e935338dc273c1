import { readFileSync } from "node:fs";
import t from "tap";
import { cli } from "../helpers/cli.js";

t.test("help of every command has examples", async (t) => {
  for (const command of [
    [],
    ["generate"],
    ["batch"],
    ["estimate"],
    ["check"],
    ["convert"],
    ["pull"],
    ["pairs"],
    ["devices"],
    ["worker"],
  ]) {
    const { code, stdout, stderr } = await cli([...command, "--help"]);
    t.equal(code, 0);
    t.equal(stderr, "");
    t.match(stdout, /^Usage: foretoken/);
    t.match(stdout, new RegExp(`Examples:\n {2}(echo .*)?foretoken ${command[0] ?? ""}`));
  }
});

t.test("--version is the package's", async (t) => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  t.match(await cli(["--version"]), { code: 0, stdout: `${version}\n` });
});
