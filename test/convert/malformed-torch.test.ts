/** Damaged files of torch.save, and pickles with code: a typed error that names the file, and no output. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { writeCheckpoint } from "../helpers/checkpoint.js";
import { refused } from "../helpers/damage.js";
import { global, torchFile, unicode } from "../helpers/torch-file.js";
import type { Tensor } from "../helpers/weights.js";
import { zip } from "../helpers/zip.js";

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

t.test("a torch file that is truncated, none at all, or lacks a storage", async (t) => {
  const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox", { format: "bin" });
  const path = join(checkpoint.folder, "pytorch_model.bin");
  const whole = torchFile(checkpoint.tensors, "F16");
  writeFileSync(path, whole.subarray(0, whole.length - 400));
  await refused(t, checkpoint, "CHECKPOINT_INVALID", /pytorch_model[.]bin/);
  writeFileSync(path, Buffer.from("800270657065", "hex"));
  await refused(
    t,
    checkpoint,
    "CHECKPOINT_UNSUPPORTED",
    /pytorch_model[.]bin: it is no file of torch[.]save/,
  );
  const one: Tensor = { shape: [2, 2], values: new Float64Array(4) };
  const lacking = torchFile(new Map([["x", one]]), "F16");
  writeFileSync(
    path,
    Buffer.from(lacking.toString("latin1").replaceAll("archive/data/0", "archive/data/7"), "latin1"),
  );
  await refused(t, checkpoint, "CHECKPOINT_INVALID", /data\/0/);
});
