/** Modules for devices beside the addon that cannot be used: a note, and the CPU. */
import { constants, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { run } from "../helpers/child.js";
import { cli } from "../helpers/cli.js";

const addon =
  process.env.FORETOKEN_ADDON ??
  fileURLToPath(new URL("../../build/Release/foretoken.node", import.meta.url));
const moduleName = process.platform === "win32" ? "ggml-cuda.dll" : "libggml-cuda.so";
const NOTE =
  /^The module (lib)?ggml-cuda\.(so|dll) gives no device: .+\. Models run without it; install the driver it needs, or build without it\.$/;

/** The built addon in a folder of its own, without modules for devices but a broken one. */
function withBrokenModule(t: Test): { FORETOKEN_ADDON: string } {
  const folder = join(t.testdir({}), "addon");
  mkdirSync(folder);
  for (const name of readdirSync(dirname(addon))) {
    if (/(\.node|\.so|\.dylib|\.dll)$/.test(name) && !/ggml-(cuda|vulkan|metal)/.test(name))
      copyFileSync(join(dirname(addon), name), join(folder, name), constants.COPYFILE_FICLONE);
  }
  writeFileSync(join(folder, moduleName), "no library");
  return { FORETOKEN_ADDON: join(folder, "foretoken.node") };
}

t.test("`devices --json` stays JSON; what is wrong with a module stands on stderr, once", async (t) => {
  const env = withBrokenModule(t);
  const { code, stdout, stderr } = await cli(["devices", "--json"], { env });
  t.equal(code, 0);
  t.match(JSON.parse(stdout), [{ name: "CPU", type: "cpu" }]);
  t.match(stderr.trim().replace(/^Note: /, ""), NOTE, "and nothing else");
});

t.test("a pair runs on the CPU and has the note", async (t) => {
  const env = withBrokenModule(t);
  const options = ["generate", "--max-tokens", "4", "--threads", "1", "Once"];
  const { code, stdout, stderr } = await cli(options, { env });
  t.equal(code, 0);
  t.equal(stdout, (await cli(options)).stdout);
  t.match(stderr.trim().replace(/^Note: /, ""), NOTE);
  const ended = await run("test/fixtures/process/device-notes.mjs", [], { env });
  t.equal(ended.stderr, "", "a library prints nothing");
  const { pair, all, gpuLayers } = JSON.parse(ended.stdout);
  t.strictSame(pair, all);
  t.match(pair, [NOTE]);
  t.strictSame(gpuLayers, { target: 0, draft: 0 });
});
