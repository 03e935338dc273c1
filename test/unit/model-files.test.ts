import { copyFileSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { EMBEDDED_MODELS, resolveModel } from "../../lib/model-files.js";

const root = process.cwd();
const models = fileURLToPath(new URL("../../models/", import.meta.url));

t.test("embedded names give files whose hash was checked", async (t) => {
  for (const [name, { file }] of Object.entries(EMBEDDED_MODELS)) {
    t.equal(await resolveModel(name), join(models, file));
  }
});

t.test("the hashes are those of models/SHA256SUMS", async (t) => {
  const sums = readFileSync(join(models, "SHA256SUMS"), "utf8").trim().split("\n");
  const listed = Object.values(EMBEDDED_MODELS).map(({ file, sha256 }) => `${sha256}  ${file}`);
  t.strictSame(listed.sort(), sums.sort());
});

t.test("a changed file is refused by name, also after it was fine", async (t) => {
  const folder = t.testdir() + sep;
  const file = `${folder}fable-1m.f16.gguf`;
  copyFileSync(join(models, "fable-1m.f16.gguf"), file);
  t.equal(await resolveModel("fable-1m", { embeddedFolder: folder }), file);
  const bytes = readFileSync(file);
  bytes.fill(7, bytes.length - 1);
  writeFileSync(file, bytes);
  utimesSync(file, 1, 1);
  await t.rejects(resolveModel("fable-1m", { embeddedFolder: folder }), {
    name: "ModelError",
    code: "MODEL_HASH_MISMATCH",
    message: new RegExp(
      `^Expected SHA-256 ${EMBEDDED_MODELS["fable-1m"]?.sha256} for fable-1m but .* has [0-9a-f]{64}`,
    ),
  });
});

t.test("an embedded model whose file is gone", async (t) => {
  await t.rejects(resolveModel("fable-1m", { embeddedFolder: t.testdir() + sep }), {
    code: "MODEL_NOT_FOUND",
  });
});

t.test("an embedded model whose file cannot be read", async (t) => {
  const folder = t.testdir({ "fable-1m.f16.gguf": {} }) + sep;
  await t.rejects(resolveModel("fable-1m", { embeddedFolder: folder }), {
    name: "ModelError",
    code: "MODEL_NOT_READABLE",
    message: /fable-1m.*EISDIR/,
  });
});

t.test(
  "a name that is a link to itself is not called unknown",
  { skip: process.platform === "win32" },
  async (t) => {
    const link = join(t.testdir(), "loop");
    symlinkSync("loop", link);
    process.chdir(t.testdirName);
    t.teardown(() => process.chdir(root));
    t.equal(await resolveModel("loop"), "loop");
  },
);

t.test("paths stay as they are", async (t) => {
  for (const path of ["./fable-17m", "a/b/c", "a/b.gguf", "missing.gguf", "C:\\models\\x", t.testdir()]) {
    t.equal(await resolveModel(path), path);
  }
});

t.test("a name that is none says which exist", async (t) => {
  await t.rejects(resolveModel("fable-17"), {
    name: "ModelError",
    code: "MODEL_NAME_UNKNOWN",
    message: /fable-17m, fable-5m, fable-1m but received "fable-17"; did you mean "fable-17m"\?/,
  });
  await t.rejects(resolveModel("toString"), { code: "MODEL_NAME_UNKNOWN" });
});
