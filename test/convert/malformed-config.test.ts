/** A config.json that is damaged or that the weights contradict: a typed error that names the file, and no output. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { edit, testDamages } from "../helpers/damage.js";

testDamages([
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
]);
