/** Damaged and contradictory checkpoints: a typed error that names the file, and no output. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { convertCheckpoint } from "../../lib/index.js";
import { type Checkpoint, writeCheckpoint } from "../helpers/checkpoint.js";
import { global, torchFile, unicode } from "../helpers/torch-file.js";
import { type Tensor, writeWeights } from "../helpers/weights.js";
import { zip } from "../helpers/zip.js";

type Damage = (checkpoint: Checkpoint) => void;

function edit(file: string, change: (value: Record<string, unknown>) => void): Damage {
  return ({ folder }) => {
    const path = join(folder, file);
    const value = JSON.parse(readFileSync(path, "utf8"));
    change(value);
    writeFileSync(path, JSON.stringify(value));
  };
}

const safetensors: [name: string, damage: Damage, code: string, message: RegExp][] = [
  ["no config", ({ folder }) => rmSync(join(folder, "config.json")), "CHECKPOINT_NOT_FOUND", /config[.]json/],
  [
    "a config that is no JSON",
    ({ folder }) => writeFileSync(join(folder, "config.json"), "{"),
    "CHECKPOINT_INVALID",
    /config[.]json/,
  ],
  [
    "another kind of model",
    edit("config.json", (c) => {
      c.model_type = "t5";
    }),
    "CHECKPOINT_UNSUPPORTED",
    /"t5"; known are/,
  ],
  [
    "a config without a size",
    edit("config.json", (c) => {
      delete c.hidden_size;
    }),
    "CHECKPOINT_INVALID",
    /positive integer for hidden_size/,
  ],
  [
    "a negative size",
    edit("config.json", (c) => {
      c.num_hidden_layers = -2;
    }),
    "CHECKPOINT_INVALID",
    /num_hidden_layers/,
  ],
  [
    "a size that the weights contradict",
    edit("config.json", (c) => {
      c.intermediate_size = 40;
    }),
    "CHECKPOINT_INVALID",
    /model[.]safetensors: expected .* of shape \[40, 32\]/,
  ],
  [
    "more layers than the weights have",
    edit("config.json", (c) => {
      c.num_hidden_layers = 3;
    }),
    "CHECKPOINT_INVALID",
    /layers[.]2/,
  ],
  [
    "heads that do not divide the size",
    edit("config.json", (c) => {
      c.num_attention_heads = 5;
    }),
    "CHECKPOINT_INVALID",
    /divisible by 5/,
  ],
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
  [
    "no tokenizer",
    ({ folder }) => rmSync(join(folder, "tokenizer.json")),
    "CHECKPOINT_NOT_FOUND",
    /vocab[.]json/,
  ],
  [
    "a tokenizer of another kind",
    edit("tokenizer.json", (c) => {
      c.model = { type: "Unigram" };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /Unigram/,
  ],
  [
    "an unknown way to split text",
    edit("tokenizer.json", (c) => {
      c.pre_tokenizer = { type: "Metaspace" };
    }),
    "CHECKPOINT_UNSUPPORTED",
    /Metaspace/,
  ],
  [
    "a token beyond the vocabulary",
    edit("tokenizer.json", (c) => {
      (c.added_tokens as unknown[]).push({ id: 96, content: "x" });
    }),
    "CHECKPOINT_INVALID",
    /below vocab_size, 96/,
  ],
  [
    "a merge of one text",
    edit("tokenizer.json", (c) => {
      (c.model as { merges: string[] }).merges.push("x");
    }),
    "CHECKPOINT_INVALID",
    /two texts/,
  ],
];

for (const [name, damage, code, message] of safetensors) {
  t.test(name, async (t) => {
    const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox");
    damage(checkpoint);
    await refused(t, checkpoint, code, message);
  });
}

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

const pickles: [name: string, pickle: Buffer, code: string, message: RegExp][] = [
  [
    "that calls a function",
    Buffer.concat([global("os", "system"), Buffer.from("("), unicode("echo"), Buffer.from("tR.")]),
    "CHECKPOINT_UNSUPPORTED",
    /calls os[.]system/,
  ],
  ["that builds an instance", Buffer.from("(i__main__\nX\n."), "CHECKPOINT_UNSUPPORTED", /instruction 0x69/],
  [
    "that ends early",
    Buffer.concat([Buffer.from([0x80, 2]), Buffer.from("}")]),
    "CHECKPOINT_INVALID",
    /end of the file/,
  ],
  ["that is a number", Buffer.from("K\x05."), "CHECKPOINT_INVALID", /dictionary of tensors/],
  ["that pops an empty stack", Buffer.from("0."), "CHECKPOINT_INVALID", /on the stack/],
];
for (const [name, pickle, code, message] of pickles) {
  t.test(`a pickle ${name}`, async (t) => {
    const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox", { format: "bin" });
    writeFileSync(join(checkpoint.folder, "pytorch_model.bin"), zip([["archive/data.pkl", pickle]]));
    await refused(t, checkpoint, code, message);
  });
}

t.test("a torch file that is truncated, of before 1.6, or lacks a storage", async (t) => {
  const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox", { format: "bin" });
  const path = join(checkpoint.folder, "pytorch_model.bin");
  const whole = torchFile(checkpoint.tensors, "F16");
  writeFileSync(path, whole.subarray(0, whole.length - 400));
  await refused(t, checkpoint, "CHECKPOINT_INVALID", /pytorch_model[.]bin/);
  writeFileSync(path, Buffer.from("800270657065", "hex"));
  await refused(t, checkpoint, "CHECKPOINT_UNSUPPORTED", /1[.]6/);
  const one: Tensor = { shape: [2, 2], values: new Float64Array(4) };
  const lacking = torchFile(new Map([["x", one]]), "F16");
  writeFileSync(
    path,
    Buffer.from(lacking.toString("latin1").replaceAll("archive/data/0", "archive/data/7"), "latin1"),
  );
  await refused(t, checkpoint, "CHECKPOINT_INVALID", /data\/0/);
});

async function refused(t: Test, checkpoint: Checkpoint, code: string, message: RegExp): Promise<void> {
  const to = `${checkpoint.folder}.gguf`;
  await t.rejects(convertCheckpoint({ from: checkpoint.folder, to }), { code, message });
  t.notOk(existsSync(to), "no output");
}
