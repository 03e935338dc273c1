/** Damaged weights: a typed error that names the file, and no output. */
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { edit, refused, testDamages } from "../helpers/damage.js";
import { type Tensor, writeWeights } from "../helpers/weights.js";

testDamages([
  [
    "no weights",
    ({ folder }) => rmSync(join(folder, "model.safetensors")),
    "CHECKPOINT_NOT_FOUND",
    /pytorch_model[.]bin/,
  ],
  [
    "truncated weights",
    ({ folder }) => truncateSync(join(folder, "model.safetensors"), 9000),
    "CHECKPOINT_INVALID",
    /model[.]safetensors/,
  ],
  [
    "empty weights",
    ({ folder }) => truncateSync(join(folder, "model.safetensors"), 0),
    "CHECKPOINT_INVALID",
    /model[.]safetensors/,
  ],
  [
    "a header that lies about its length",
    ({ folder }) => writeFileSync(join(folder, "model.safetensors"), Buffer.alloc(64, 0xff)),
    "CHECKPOINT_INVALID",
    /header/,
  ],
]);

t.test("a shard that is missing, and one that lacks a tensor", async (t) => {
  const folder = t.testdir();
  for (const format of ["sharded", "sharded-bin"] as const) {
    const kind = format === "sharded" ? "safetensors" : "bin";
    const file = format === "sharded" ? "model" : "pytorch_model";
    const missing = writeCheckpoint(`${folder}/${format}-missing`, "gpt-neox", { format });
    rmSync(join(missing.folder, `${file}-00002-of-00002.${kind}`));
    await refused(t, missing, "CHECKPOINT_NOT_FOUND", /00002-of-00002/);
    const lacking = writeCheckpoint(`${folder}/${format}-lacking`, "gpt-neox", { format });
    edit(`${file}.${kind}.index.json`, (index) => {
      (index.weight_map as Record<string, string>)["gpt_neox.embed_in.weight"] =
        `${file}-00002-of-00002.${kind}`;
    })(lacking);
    await refused(t, lacking, "CHECKPOINT_INVALID", /00002-of-00002.*embed_in/);
  }
});

t.test("an index that points out of its folder", async (t) => {
  const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox", { format: "sharded" });
  edit("model.safetensors.index.json", (index) => {
    (index.weight_map as Record<string, string>)["gpt_neox.embed_in.weight"] = "../secret.safetensors";
  })(checkpoint);
  await refused(t, checkpoint, "CHECKPOINT_INVALID", /file's name/);
});

t.test("values beyond f16's range are counted and refused", async (t) => {
  const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox", { dtype: "F32" });
  const { values } = checkpoint.tensors.get("embed_out.weight") as Tensor;
  values[5] = 70000;
  values[9] = Number.NEGATIVE_INFINITY;
  writeWeights(checkpoint.folder, checkpoint.tensors, "F32", "safetensors");
  await refused(t, checkpoint, "WEIGHTS_OUT_OF_RANGE", /embed_out[.]weight within f16's .* found 2 of 3072/);
});
