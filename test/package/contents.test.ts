import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { documentedRows, packed, sizesByRow } from "../../scripts/package-contents.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { files } = await packed();

t.test("what npm would pack is what docs/install.md lists, within its sizes", async (t) => {
  const rows = await documentedRows();
  t.ok(rows.length > 5);
  const { sizes, unlisted } = sizesByRow(files, rows);
  t.strictSame(unlisted, []);
  for (const [i, { paths, maxBytes }] of rows.entries()) {
    const size = sizes[i] ?? 0;
    t.ok(size <= maxBytes, `${paths} has ${size} bytes, ${maxBytes} are documented`);
    if (paths[0] !== "prebuilds/") t.ok(size > 0, `${paths} is packed`);
  }
});

t.test("a source build's own files are packed, and no weights, tests or tools", async (t) => {
  const paths = new Set(files.map(({ path }) => path));
  for (const path of [
    "native/llama.cpp/.foretoken-stamp",
    "native/llama.cpp/LICENSE",
    "native/llama.cpp/src/llama.cpp",
    "native/llama.cpp/ggml/src/ggml-cpu/ops.cpp",
    "native/llama.cpp/ggml/src/ggml-cuda/ggml-cuda.cu",
    "native/kernels/matmul.cpp",
    "native/patches/0001-products-by-our-kernel.patch",
    "scripts/install.mjs",
  ])
    t.ok(paths.has(path), path);
  const unwanted =
    /\.(gguf|py|test\.\w+)$|\.test\.|\/tests?\/|llama\.cpp\/(tools|examples|common|models|gguf-py)\//;
  t.strictSame(
    [...paths].filter((path) => unwanted.test(path)),
    [],
  );
});

t.test("the scripts that are packed import only scripts that are", async (t) => {
  const scripts = files.map(({ path }) => path).filter((path) => path.startsWith("scripts/"));
  for (const script of scripts) {
    const source = readFileSync(`${root}/${script}`, "utf8");
    for (const [, name] of source.matchAll(/from "\.\/([^"]+)"/g))
      t.ok(scripts.includes(`scripts/${name}`), `${script} imports ${name}`);
  }
  t.ok(scripts.includes("scripts/build.mjs"));
});

t.test("the models' package has the weights, their hashes and their card", async (t) => {
  const { files: models } = await packed(`${root}/models`);
  t.strictSame(models.map(({ path }) => path).sort(), [
    "README.md",
    "SHA256SUMS",
    "fable-17m.f16.gguf",
    "fable-1m.f16.gguf",
    "fable-5m.f16.gguf",
    "package.json",
  ]);
});
