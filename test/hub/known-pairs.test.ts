import { readFileSync } from "node:fs";
import t from "tap";
import { FAMILIES } from "../../lib/convert/families/index.js";
import { isRepositoryId } from "../../lib/hub/repository-id.js";
import { knownPairs } from "../../lib/index.js";
import { EMBEDDED_MODELS } from "../../lib/model-files.js";

const { pairs } = JSON.parse(readFileSync(new URL("../../models/pairs.json", import.meta.url), "utf8"));

t.test("every known pair says what its models are", async (t) => {
  for (const { name, family, target, draft, note, draftMaxTokens, ...unknown } of pairs) {
    t.match(name, /^[a-z0-9.-]+$/);
    t.ok(Object.hasOwn(FAMILIES, family), `${name} is of a family that can be converted`);
    t.match(note, /^[A-Z].*[.]$/);
    t.match(draftMaxTokens ?? 1, /^([1-9]|1[0-6])$/);
    t.strictSame(unknown, {});
    for (const { model, parameters, bytes, licence, gated, ...more } of [target, draft]) {
      t.ok(model in EMBEDDED_MODELS || isRepositoryId(model), `${model} is embedded or a repository`);
      t.ok(Number.isSafeInteger(parameters) && parameters > 1e6);
      t.ok(bytes >= 2 * parameters * 0.98 && bytes < 2 * parameters * 1.1, `${model}: two bytes a parameter`);
      t.match(licence, /^[A-Z]/);
      t.match(gated, model.startsWith("meta-llama/") ? true : undefined);
      t.strictSame(more, {});
    }
    t.ok(draft.parameters < target.parameters / 2, `${name}: the draft is much smaller`);
  }
});

t.test("names are unique, and a model has the same facts wherever it stands", async (t) => {
  const names = pairs.map(({ name }: { name: string }) => name);
  t.equal(new Set(names).size, names.length);
  const known = new Map<string, unknown>();
  for (const model of pairs.flatMap((pair: Record<string, unknown>) => [pair.target, pair.draft])) {
    t.strictSame(known.get(model.model) ?? model, model);
    known.set(model.model, model);
  }
});

t.test("embedded pairs are here, others are not until they are pulled", async (t) => {
  const listed = await knownPairs({ modelsFolder: t.testdir() });
  t.strictSame(
    listed.map(({ name }) => name),
    pairs.map(({ name }: { name: string }) => name),
  );
  t.match(listed[0], {
    name: "fable",
    target: { gated: false, path: /fable-17m/ },
    draft: { path: /fable-1m/ },
  });
  t.match(listed[2], { target: { path: null }, draft: { path: null } });
});

t.test("options are checked", async (t) => {
  await t.rejects(knownPairs({ modelsFolder: "" }), { code: "OPTION_INVALID" });
  // @ts-expect-error
  await t.rejects(knownPairs({ folder: "x" }), { code: "OPTION_UNKNOWN" });
});
