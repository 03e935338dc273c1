/** The Electron example's package.json: that it names what the example loads, and unpacks what the system has to open. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { MODELS_PACKAGE } from "../../lib/embedded-folder.js";
import { packed } from "../../scripts/package-contents.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const example = join(root, "examples", "electron");
const read = (...path: string[]) => readFileSync(join(example, ...path), "utf8");
const { dependencies, devDependencies, build } = JSON.parse(read("package.json"));
const models = [...read("pair-process.mjs").matchAll(/"(fable-\w+)"/g)].map(([, name]) => `${name}.f16.gguf`);

/** Whether electron-builder's pattern, of those that the example has, means a file. */
function means(pattern: string, file: string): boolean {
  const source = pattern
    .replace(/[.]/g, "\\.")
    .replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"))
    .replace(/\{(.*?)\}/g, (_, names: string) => `(${names.replaceAll(",", "|")})`);
  return new RegExp(`^${source}$`).test(file);
}

const isUnpacked = (file: string) =>
  build.asarUnpack.some((pattern: string) => means(pattern, file)) &&
  !build.files.some((pattern: string) => pattern.startsWith("!") && means(pattern.slice(1), file));

t.test(
  "depends on every package that its code loads, the embedded models' too, by their folders",
  async (t) => {
    const sources = readdirSync(example).filter((name) => /\.[cm]js$/.test(name));
    const loaded = sources
      .flatMap((name) => [...read(name).matchAll(/(?:from |require\()"([a-z][\w-]*)"/g)])
      .map(([, name = ""]) => name);
    t.equal(models.length, 2);
    t.strictSame(Object.keys(dependencies).sort(), ["foretoken", MODELS_PACKAGE]);
    t.strictSame(
      loaded.filter((name) => !(name in { ...dependencies, ...devDependencies })),
      [],
    );
    for (const [name, folder] of Object.entries<string>(dependencies))
      t.equal(JSON.parse(read(folder.replace(/^file:/, ""), "package.json")).name, name);
  },
);

t.test(
  "unpacks the weights that it loads and what an addon consists of, and leaves out other weights",
  async (t) => {
    const { files } = await packed(join(root, "models"));
    const weights = files.map(({ path }) => path).filter((path) => path.endsWith(".gguf"));
    t.strictSame(
      weights.filter((path) => isUnpacked(`node_modules/${MODELS_PACKAGE}/${path}`)).sort(),
      models.sort(),
    );
    for (const file of [
      "build/Release/foretoken.node",
      ...["prebuilds/linux-x64/foretoken.glibc.node", "prebuilds/linux-x64/glibc/libggml-base.so"],
      ...["prebuilds/darwin-arm64/foretoken.node", "prebuilds/win32-x64/ggml-base.dll"],
    ])
      t.ok(isUnpacked(`node_modules/foretoken/${file}`), file);
    t.notOk(isUnpacked("node_modules/foretoken/build/cmake/Release/build.ninja"));
  },
);

t.test("docs/electron.md shows its rules", async (t) => {
  const [, shown = ""] =
    /^"asarUnpack": (.*)$/m.exec(readFileSync(join(root, "docs/electron.md"), "utf8")) ?? [];
  t.strictSame(JSON.parse(shown), build.asarUnpack);
});
