import { sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import t from "tap";
import { embeddedFolder } from "../../lib/embedded-folder.js";
import { resolveModel } from "../../lib/model-files.js";

const models = (name: string) => ({ "package.json": JSON.stringify({ name, version: "1.0.0" }) });
const url = (folder: string) => pathToFileURL(folder + sep);

t.test("a checkout's own folder comes first", async (t) => {
  t.equal(embeddedFolder(), fileURLToPath(new URL("../../models/", import.meta.url)));
  const folder = t.testdir({ models: models("x"), node_modules: { "foretoken-models": models("y") } });
  t.equal(embeddedFolder(url(folder)), `${folder}${sep}models${sep}`);
});

t.test("an installed library finds the package beside it", async (t) => {
  const folder = t.testdir({
    node_modules: {
      foretoken: { models: { "pairs.json": "{}" } },
      "foretoken-models": models("foretoken-models"),
    },
  });
  const library = `${folder}${sep}node_modules${sep}foretoken`;
  t.equal(embeddedFolder(url(library)), `${folder}${sep}node_modules${sep}foretoken-models${sep}`);
});

t.test("without the package, an embedded name says what to install", async (t) => {
  t.equal(embeddedFolder(url(t.testdir({ models: { "pairs.json": "{}" } }))), null);
  await t.rejects(resolveModel("fable-1m", { embeddedFolder: null }), {
    name: "ModelError",
    code: "MODELS_NOT_INSTALLED",
    message: /foretoken-models, which carries fable-1m, .*npm install foretoken-models/,
  });
});

t.test("a path needs no package", async (t) => {
  t.equal(await resolveModel("./some.gguf", { embeddedFolder: null }), "./some.gguf");
});
