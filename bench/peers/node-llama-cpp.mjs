// A process that generates with node-llama-cpp: `node node-llama-cpp.mjs <its folder> <options as JSON>`. Answers each line of stdin
// (a prompt as JSON) with a line of JSON: tokens per second after the first token.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, text] = process.argv.slice(2);
const { target, draft, predictor, maxTokens, threads, contextSize } = JSON.parse(text);
const { resolve } = createRequire(join(folder, "package.json"));
const { DraftSequenceTokenPredictor, getLlama } = await import(pathToFileURL(resolve("node-llama-cpp")).href);

const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: threads });
const open = async (modelPath) => {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  return { model, context: await model.createContext({ contextSize, threads, flashAttention: true }) };
};
const main = await open(target);
const helper = predictor === null ? null : await open(draft);

for await (const line of createInterface({ input: process.stdin })) {
  const draftSequence = helper?.context.getSequence();
  const sequence = main.context.getSequence(
    draftSequence ? { tokenPredictor: new DraftSequenceTokenPredictor(draftSequence, predictor) } : {},
  );
  // Written-out tokens of dialled models are tokens.
  const tokens = main.model.tokenize(JSON.parse(line), true);
  let count = 0;
  let first = 0;
  let last = 0;
  for await (const _ of sequence.evaluate(tokens, { temperature: 0, yieldEogToken: true })) {
    last = performance.now();
    if (count === 0) first = last;
    if (++count === maxTokens) break;
  }
  await sequence.clearHistory();
  sequence.dispose();
  draftSequence?.dispose();
  process.stdout.write(`${JSON.stringify(((count - 1) * 1000) / (last - first))}\n`);
}
await llama.dispose();
