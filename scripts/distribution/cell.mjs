// @ts-check
// One cell of the grid: many short texts by the real engine, many sequences in a batch, counted against what the target's
// known probabilities give. Needs a built checkout; leaves what write-model.mjs leaves in the folder it is given.
import { writeKnownPair } from "../dialled/known-distribution.mjs";
import { chiSquare } from "./chi-square.mjs";

export const VOCABULARY = 6;
const TOKENS = 3;
const SEQUENCES = 64;
/** Milliseconds of passes by their tokens. @type {[tokens: number, ms: number][]} */
const CHEAP_ROWS = [
  [1, 1],
  [512, 1.5],
];
/** @type {[tokens: number, ms: number][]} */
const CHEAP_DRAFTS = [
  [1, 0.05],
  [512, 0.1],
];

/**
 * @typedef {object} Cell
 * @property {number} temperature
 * @property {{ topK?: number, topP?: number, minP?: number, typicalP?: number }} truncation what is missing keeps all
 * @property {"sample-match" | "rejection" | "block"} verification
 * @property {"model" | "ngram" | "combined" | "none"} drafter
 * @property {"sampled" | "likeliest"} choice
 * @property {"fixed" | "adaptive" | "confidence"} policy
 * @property {string} draft a variant of known-distribution.mjs
 */

/**
 * @param {typeof import("../../lib/native.js")} seam dist/native.js
 * @param {typeof import("../../lib/resolve-options.js")} options dist/resolve-options.js
 * @param {typeof import("../../lib/native-request.js")} requests dist/native-request.js
 */
export function cellRunner(seam, options, requests) {
  const { native } = seam;

  /**
   * @param {string} folder
   * @param {Cell} cell
   * @param {{ texts: number, seed: number }} size
   * @returns {Promise<{ p: number, draws: number, acceptedPerRound: number }>}
   */
  return async function run(folder, cell, { texts, seed }) {
    const pair = await writeKnownPair(folder, { vocabulary: VOCABULARY, seed: 3, draft: cell.draft });
    const load = { gpuLayers: -1, extraBuffers: true, vocabularyOnly: false };
    const target = await native.loadModel(pair.target, load);
    const draft =
      cell.drafter === "model" || cell.drafter === "combined"
        ? await native.loadModel(pair.draft, load)
        : null;
    const engine = await native.createEngine({
      target,
      draft,
      contextSize: 16,
      batchSize: 512,
      maxDraftTokens: 4,
      threads: 1,
      draftThreads: 1,
      flashAttention: true,
      exact: false,
      kvType: "f16",
      draftKvType: "f16",
      crossVocabulary: false,
      maxSequences: SEQUENCES,
      promptCacheBytes: null,
      ngram:
        cell.drafter === "ngram" || cell.drafter === "combined" ? { minMatch: 1, historyTokens: 0 } : null,
      deterministic: true,
      // Its models are alike; drafts that cost what the target costs would never pay.
      profile: { target: CHEAP_ROWS, draft: draft === null ? [] : CHEAP_DRAFTS },
    });
    try {
      return await count(engine, cell, pair.targetProbabilities, { texts, seed });
    } finally {
      await engine.close();
      target.close();
      draft?.close();
    }
  };

  /** @param {Cell} cell @param {number} seed @param {number[]} prompt */
  function requestFor(cell, seed, prompt) {
    const length = { policy: cell.policy, maxTokens: 4, choice: cell.choice, minConfidence: 0.3 };
    const type = cell.drafter === "none" ? "model" : cell.drafter;
    const resolved = options.resolveGenerateOptions(
      {
        maxTokens: TOKENS,
        ignoreEnd: true,
        temperature: cell.temperature,
        ...{ topK: 0, topP: 1, minP: 0, ...cell.truncation },
        verification: cell.verification,
        seed,
      },
      {
        draft: cell.drafter === "none" ? null : { type, ...length },
        vocabulary: VOCABULARY,
        deterministic: false,
      },
    );
    return requests.nativeRequest(Int32Array.from(prompt), resolved);
  }

  /**
   * @param {import("../../lib/native.js").NativeEngine} engine
   * @param {Cell} cell
   * @param {number[][]} probabilities
   * @param {{ texts: number, seed: number }} size
   */
  async function count(engine, cell, probabilities, { texts, seed }) {
    const after = probabilities.map((row) => sampled(row, cell));
    // Repetitions, so that n-grams have something to go on with.
    const prompt = [1, 2, 1, 0, 1, 2, 1];
    const counts = new Array(VOCABULARY ** TOKENS).fill(0);
    let [rounds, accepted] = [0, 0];
    /** @param {number} index */
    const one = (index) =>
      new Promise((resolve, reject) => {
        /** @type {number[]} */
        const ids = [];
        engine.generate(requestFor(cell, seed * 1e8 + index, prompt), (batch) => {
          ids.push(...batch.tokens.map(({ id }) => id));
          if (batch.end === undefined) return;
          if (batch.end.error) return reject(new Error(batch.end.error.message));
          rounds += batch.end.stats.rounds;
          accepted += batch.end.stats.accepted;
          counts[ids.reduce((code, id) => code * VOCABULARY + id, 0)] += 1;
          resolve(undefined);
        });
      });
    for (let from = 0; from < texts; from += 2000) {
      await Promise.all(Array.from({ length: Math.min(2000, texts - from) }, (_, i) => one(from + i)));
    }
    return {
      p: chiSquare(counts, joint(after, prompt.at(-1) ?? 0)),
      draws: texts * TOKENS,
      acceptedPerRound: accepted / rounds,
    };
  }
}

/** Probabilities of every text of TOKENS tokens. @param {number[][]} after @param {number} last */
function joint(after, last) {
  /** @type {(last: number, left: number) => number[]} */
  const texts = (token, left) =>
    left === 0
      ? [1]
      : (after[token] ?? []).flatMap((p, next) => texts(next, left - 1).map((rest) => p * rest));
  return texts(last, TOKENS);
}

/**
 * The distribution tokens are drawn from: independent of the engine's code, from the definitions.
 * @param {readonly number[]} row @param {Cell} cell
 */
function sampled(row, { temperature, truncation: { topK = 0, topP = 1, minP = 0, typicalP = 1 } }) {
  let kept = row.map((p, token) => ({ p, token })).sort((a, b) => b.p - a.p);
  const normalised = () => {
    const sum = kept.reduce((total, { p }) => total + p, 0);
    kept = kept.map(({ p, token }) => ({ p: p / sum, token }));
  };
  /** @param {number} limit */
  const prefix = (limit) => {
    let sum = 0;
    let end = 0;
    while (end < kept.length && sum < limit) sum += kept[end++]?.p ?? 0;
    kept = kept.slice(0, Math.max(1, end));
  };
  if (topK > 0) kept = kept.slice(0, topK);
  normalised();
  if (typicalP < 1) {
    const entropy = kept.reduce((sum, { p }) => sum - p * Math.log(p), 0);
    /** @param {{ p: number }} item */
    const oddity = ({ p }) => Math.abs(-Math.log(p) - entropy);
    kept.sort((a, b) => oddity(a) - oddity(b));
    prefix(typicalP);
    kept.sort((a, b) => b.p - a.p);
    normalised();
  }
  if (topP < 1) prefix(topP);
  if (minP > 0) kept = kept.filter(({ p }) => p >= minP * (kept[0]?.p ?? 0));
  kept = kept.map(({ p, token }) => ({ p: temperature > 0 ? p ** (1 / temperature) : 0, token }));
  normalised();
  const out = new Array(row.length).fill(0);
  for (const { p, token } of kept) out[token] = p;
  return out;
}
