/** What a dialled draft's probabilities say, computed from its weights in double precision. */
import t from "tap";
import { fromHalf } from "../../scripts/dialled/half.mjs";
import { dialledDraft, dialledTarget } from "../../scripts/dialled/pair.mjs";

const SIZES = { layers: 1, heads: 2, feedForward: 64 };
const shape = {
  target: { name: "target", graph: "gptneox", hidden: 160, ...SIZES },
  draft: { name: "draft", graph: "gptneox", hidden: 128, ...SIZES },
  vocabulary: 600,
  context: 512,
} as const;

/** Rows of a matrix as they are written. */
function rows({ file }: ReturnType<typeof dialledDraft | typeof dialledTarget>, name: string): number[][] {
  const tensor = file.tensors.find((one) => one.name === name);
  const [width = 0, count = 0] = tensor?.dimensions ?? [];
  const bytes = Buffer.concat([...(tensor?.data() ?? [])]);
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_, i) => fromHalf(bytes.readUInt16LE(2 * (row * width + i)))),
  );
}

/** The likeliest token after each token, and its probability. */
function predictions(model: ReturnType<typeof dialledDraft | typeof dialledTarget>) {
  const output = rows(model, "output.weight");
  return rows(model, "token_embd.weight").map((embedding) => {
    const logits = output.map((row) => row.reduce((sum, x, i) => sum + x * (embedding[i] ?? 0), 0));
    const largest = Math.max(...logits);
    return {
      top: logits.indexOf(largest),
      probability: 1 / logits.reduce((sum, l) => sum + Math.exp(l - largest), 0),
    };
  });
}

t.test("the target is sure of its successors", async (t) => {
  const target = dialledTarget({ shape });
  for (const [token, { top, probability }] of predictions(target).entries()) {
    if (top !== target.next[token] || probability < 0.999999) t.fail(`${token}: ${top}, ${probability}`);
  }
});

t.test("the draft is as sure as it is right, in each class", async (t) => {
  const draft = dialledDraft({ shape, agreement: 0.8 });
  const found = predictions(draft);
  t.strictSame(
    found.map(({ top }) => top),
    [...draft.next],
  );
  for (const [i, { name, agreement, confidence }] of draft.classes.entries()) {
    const members = found.filter((_, token) => draft.classOf[token] === i);
    const average = members.reduce((sum, { probability }) => sum + probability / members.length, 0);
    t.ok(Math.abs(average - confidence) < 0.01, `${name}: ${average} for ${confidence}`);
    t.ok(Math.abs(confidence - agreement) < 0.05, `${name}: ${confidence} for ${agreement}`);
  }
});

t.test("the uninformative draft is equally sure of everything", async (t) => {
  const found = predictions(dialledDraft({ shape, agreement: 0.8, information: 0 }));
  for (const { probability } of found) {
    if (Math.abs(probability - 0.8) > 0.03) t.fail(`${probability}`);
  }
});

t.test("every file has a normal number or zero in each place", async (t) => {
  for (const tensor of dialledDraft({ shape, agreement: 0.5 }).file.tensors) {
    if (tensor.type !== "f16") continue;
    const bytes = Buffer.concat([...tensor.data()]);
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    const exponent = 0x7c00;
    t.ok(
      halves.every(
        (half) => (half & 0x7fff) === 0 || ((half & exponent) > 0 && (half & exponent) < exponent),
      ),
      tensor.name,
    );
    const zero = /attn_output|ffn_down/.test(tensor.name);
    t.equal(
      halves.every((half) => half === 0),
      zero,
      tensor.name,
    );
  }
});
