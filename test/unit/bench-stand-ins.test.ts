/** Pairs of the report that is reproduced, none of which is on disk: dialled ones stand in for them. */
import { join } from "node:path";
import t, { type Test } from "tap";
import { makePlan } from "../../lib/bench/plan.js";

/** Files of a target, or of a draft with its agreement. */
function model(name: string) {
  return { [`${name}.f16.gguf`]: "", [`${name}.json`]: '{"starts":[1,2]}' };
}

const TARGET = model("pythia-1.4b-dialled-s1");
const DRAFT = model("pythia-160m-dialled-s1-a0.90");

/** Ids of pairs that are measured, without the embedded ones, and what is missing. */
async function plan(t: Test, files: Record<string, string>) {
  const folder = t.testdir({ models: {}, dialled: files });
  const before = process.env.FORETOKEN_MODELS;
  process.env.FORETOKEN_MODELS = join(folder, "models");
  try {
    const { cases, missing } = await makePlan({ preset: "report", dialled: join(folder, "dialled") });
    const pairs = new Set(cases.map(({ pair }) => pair.id).filter((id) => !id.startsWith("fable")));
    return { pairs: [...pairs], missing };
  } finally {
    if (before === undefined) delete process.env.FORETOKEN_MODELS;
    else process.env.FORETOKEN_MODELS = before;
  }
}

t.test("the agreements that the preset names are measured, and no others of the folder", async (t) => {
  const others = ["a0.70", "a0.90-i0.00", "a0.987"].map((rest) => model(`pythia-160m-dialled-s1-${rest}`));
  const { pairs, missing } = await plan(t, Object.assign({}, TARGET, DRAFT, ...others));
  t.strictSame(pairs, [
    "pythia-1.4b + pythia-160m (dialled, agreement 0.9)",
    "pythia-1.4b + pythia-160m (dialled, agreement 0.987)",
  ]);
  t.strictSame(
    missing.map(({ id }) => id),
    [
      "opt-350m + opt-125m (dialled, agreement 0.9)",
      "opt-350m + opt-125m (dialled, agreement 0.987)",
      "codegen-350m + codegen-60m (dialled, agreement 0.2, smaller than the report's)",
    ],
  );
});

t.test("each that is not found is missing, with what makes it", async (t) => {
  const made = (agreement: number) => ({
    id: `pythia-1.4b + pythia-160m (dialled, agreement ${agreement})`,
    reason: new RegExp(`--preset pythia-1.4b/160m --agreement ${agreement} --out FOLDER\` makes it`),
  });
  const draftless = await plan(t, { ...TARGET, ...DRAFT });
  t.match(draftless.missing[0], made(0.987));
  t.match((await plan(t, DRAFT)).missing.slice(0, 2), [made(0.9), made(0.987)], "without its target");
});
