/** Files that PyTorch itself wrote (scripts/torch-fixtures.py), in today's format and in that of before 1.6. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { elements, TensorReader } from "../../lib/convert/stored-tensor.js";
import { readTorchCheckpoint } from "../../lib/convert/torch-checkpoint.js";
import { isErrorCode } from "../../lib/errors.js";
import { global, LEGACY_BEGIN, legacyMachine, unicode } from "../helpers/torch-file.js";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/torch/${name}.bin`, import.meta.url));

const MATRIX = Array.from({ length: 24 }, (_, i) => i / 8);
const VALUES: Record<string, { shape: number[]; values: number[] }> = {
  matrix: { shape: [4, 6], values: MATRIX },
  tied: { shape: [4, 6], values: MATRIX },
  half: { shape: [2, 2], values: [1.5, -2.25, 0.125, 65504] },
  brain: { shape: [3], values: [1, -3, 0.5] },
  double: { shape: [2], values: [0.25, 0.5] },
  part: { shape: [3, 4], values: MATRIX.slice(6, 18) },
  rest: { shape: [6], values: MATRIX.slice(18) },
};

for (const format of ["zip", "legacy"]) {
  t.test(`${format}: types, tied weights, parts of storages`, async (t) => {
    const tensors = await readTorchCheckpoint(fixture(format));
    t.strictSame([...tensors.keys()].sort(), ["integers", ...Object.keys(VALUES)].sort());
    const reader = new TensorReader();
    t.teardown(() => reader.close());
    for (const [name, { shape, values }] of Object.entries(VALUES)) {
      const tensor = tensors.get(name);
      if (tensor === undefined) continue;
      t.strictSame(tensor.shape, shape, name);
      t.strictSame([...(await reader.read(tensor, 0, elements(tensor)))], values, name);
    }
    t.equal(tensors.get("integers")?.dtype, "I64");
  });

  t.test(`${format}: a view that does not lie row after row is refused`, async (t) => {
    const message = new RegExp(`${format}-strided[.]bin: transposed is a view with stride`);
    await t.rejects(readTorchCheckpoint(fixture(`${format}-strided`)), {
      code: "CHECKPOINT_UNSUPPORTED",
      message,
    });
  });

  t.test(`${format}: cut off anywhere, it is refused by name`, async (t) => {
    const whole = readFileSync(fixture(format));
    const path = `${t.testdir()}/cut.bin`;
    const wrong: string[] = [];
    for (let length = 0; length < whole.length; length += 3) {
      writeFileSync(path, whole.subarray(0, length));
      const error = await readTorchCheckpoint(path).catch((error) => error);
      if (!isErrorCode(error.code) || !error.message.startsWith(path)) wrong.push(`${length}: ${error}`);
    }
    t.strictSame(wrong, []);
  });
}

const empty = Buffer.from("}.");
const machine = legacyMachine(true);
const attack = Buffer.concat([global("os", "system"), Buffer.from("("), unicode("echo"), Buffer.from("tR.")]);
/** A list that contains itself, as a storage. */
const cycle = Buffer.from("]q\x000h\x00h\x00aQ.", "latin1");

const refusals: [what: string, pickles: Buffer[], code: string, message: RegExp][] = [
  ["that calls a function first", [attack], "CHECKPOINT_UNSUPPORTED", /calls os[.]system/],
  ["that calls one for a tensor", [machine, attack], "CHECKPOINT_UNSUPPORTED", /calls os[.]system/],
  ["that calls one at last", [machine, empty, attack], "CHECKPOINT_UNSUPPORTED", /calls os/],
  ["of a big-endian machine", [legacyMachine(false)], "CHECKPOINT_UNSUPPORTED", /byte order/],
  ["of a storage that is none", [machine, cycle], "CHECKPOINT_INVALID", /a storage but found 1 values/],
  [
    "of storages beside its tensors",
    [machine, empty, Buffer.from("](K\x01e.")],
    "CHECKPOINT_INVALID",
    /storages of tensors/,
  ],
];
for (const [what, pickles, code, message] of refusals) {
  t.test(`a file ${what}`, async (t) => {
    const path = `${t.testdir()}/pytorch_model.bin`;
    writeFileSync(path, Buffer.concat([LEGACY_BEGIN, ...pickles]));
    await t.rejects(readTorchCheckpoint(path), { code, message });
    await t.rejects(readTorchCheckpoint(path), { message: /pytorch_model[.]bin: / });
  });
}

t.test("a file whose pickles are longer than what is read of it first", async (t) => {
  const path = `${t.testdir()}/long.bin`;
  const note = Buffer.concat([
    Buffer.from("}("),
    unicode("note"),
    unicode("x".repeat(3 << 20)),
    Buffer.from("u."),
  ]);
  writeFileSync(path, Buffer.concat([LEGACY_BEGIN, machine, note, Buffer.from("].")]));
  t.equal((await readTorchCheckpoint(path)).size, 0);
});
