/** How models of the models folder are named and found. */
import { join } from "node:path";
import t from "tap";
import { isContained, isRepositoryId } from "../../lib/hub/repository-id.js";
import { resolveModel } from "../../lib/model-files.js";
import { findModel, modelFileName, modelNames } from "../../lib/models-folder.js";

const repository = "EleutherAI/pythia-1.4b";

t.test("file names, and the full name that each answers to", async (t) => {
  const cases: [revision: string, file: string | null, fileName: string, name: string][] = [
    ["main", null, "EleutherAI--pythia-1.4b.f16.gguf", repository],
    ["step1000", null, "EleutherAI--pythia-1.4b@step1000.f16.gguf", `${repository}@step1000`],
    ["refs/pr/1", null, "EleutherAI--pythia-1.4b@refs~pr~1.f16.gguf", `${repository}@refs/pr/1`],
    ["main", "a.f16.gguf", "EleutherAI--pythia-1.4b--a.f16.gguf", `${repository}/a.f16.gguf`],
    ["main", "q4/a--b.gguf", "EleutherAI--pythia-1.4b--q4~a--b.gguf", `${repository}/q4/a--b.gguf`],
    ["v1", "a.gguf", "EleutherAI--pythia-1.4b@v1--a.gguf", `${repository}@v1/a.gguf`],
  ];
  for (const [revision, file, fileName, name] of cases) {
    t.equal(modelFileName({ repository, revision, file }), fileName);
    t.equal(modelNames(fileName)[0], name);
  }
  t.strictSame(modelNames("mine.f16.gguf"), ["mine", "mine.f16"], "a file that was put there by hand");
});

t.test("found by full name, or by a shorter one that is unambiguous", async (t) => {
  const folder = t.testdir({
    "EleutherAI--pythia-1.4b.f16.gguf": "",
    "other--pythia-1.4b.f16.gguf": "",
    "other--opt.f16.gguf": "",
    "other--opt@v1.f16.gguf": "",
    "mine.gguf": "",
    "half.gguf.host.1-00000000.partial": "",
  });
  const found: [name: string, file: string | null][] = [
    [repository, "EleutherAI--pythia-1.4b.f16.gguf"],
    ["opt", "other--opt.f16.gguf"],
    ["other/opt@v1", "other--opt@v1.f16.gguf"],
    ["opt@v1", "other--opt@v1.f16.gguf"],
    ["mine", "mine.gguf"],
    ["half", null],
    ["pythia", null],
    ["../names", null],
  ];
  for (const [name, file] of found)
    t.equal(await findModel(name, folder), file === null ? null : join(folder, file), name);
  await t.rejects(findModel("pythia-1.4b", folder), {
    code: "MODEL_NAME_AMBIGUOUS",
    message: /"pythia-1[.]4b" could be EleutherAI[/]pythia-1[.]4b, other[/]pythia-1[.]4b[.] Pass one/,
  });
  t.equal(await findModel("mine", join(folder, "nothing")), null);
  await t.rejects(resolveModel("minee", { modelsFolder: folder }), {
    code: "MODEL_NAME_UNKNOWN",
    message: /fable-1m, EleutherAI[/]pythia-1[.]4b, mine, .* did you mean "mine"/,
  });
});

t.test("a repository that is not here says how to get it", async (t) => {
  await t.rejects(resolveModel(repository, { modelsFolder: t.testdir() }), {
    name: "ModelError",
    code: "MODEL_NOT_PULLED",
    message: /`foretoken pull EleutherAI[/]pythia-1[.]4b`/,
  });
});

t.test("what a repository's name and a path in it may be", async (t) => {
  for (const id of [repository, "a/b", "openai-community/gpt2", "a_b/c.d"]) t.ok(isRepositoryId(id), id);
  for (const id of [
    "a",
    "a/b/c",
    "a//b",
    "./b",
    "a/.b",
    "a/b.git",
    "a/b--c",
    "a/b..c",
    "a/b c",
    `a/${"x".repeat(97)}`,
  ])
    t.notOk(isRepositoryId(id), id);
  for (const path of ["a.gguf", "a/b.gguf", ".hidden"]) t.ok(isContained(path), path);
  for (const path of ["../a", "a/../b", "/a", "a\\b", "C:a", "a//b", "./a", "a\x1b[2J", ""])
    t.notOk(isContained(path), path);
});
