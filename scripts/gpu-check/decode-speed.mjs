// @ts-check
// Prints how many tokens per second the target alone decodes on after the prompt, in the second of two runs.
// Usage: node decode-speed.mjs <model.gguf> <tokens> <threads> <GPU layers, or all>. Needs the built package.
import { loadPair } from "../../dist/index.js";

const [target = "", tokens, threads, layers] = process.argv.slice(2);
const gpuLayers = layers === "all" ? "all" : Number(layers);
const pair = await loadPair({ target, draft: false, threads: Number(threads), contextSize: 512, gpuLayers });
const complete = () => pair.complete([1], { maxTokens: Number(tokens), ignoreEnd: true });
await complete();
process.stdout.write(`${(await complete()).stats.tokensPerSecond}\n`);
await pair.close();
