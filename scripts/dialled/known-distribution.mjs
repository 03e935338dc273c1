// @ts-check
// Pairs over a few tokens whose next-token probabilities are known exactly, for checking what sampling really draws. Needs
// nothing; leaves what write-model.mjs leaves.
//
// Embeddings are different rows of a Hadamard matrix, all ±1 with mean 0: LayerNorm leaves them as they are, and any logits
// after each token can be had from one output matrix, since they are orthogonal. What counts is that matrix as rounded.
import { fromHalf, toHalves } from "./half.mjs";
import { integer, oneOf } from "./invalid-argument.mjs";
import { modelFile } from "./model-file.mjs";
import { RandomStream } from "./random.mjs";
import { writeModel } from "./write-model.mjs";

const HIDDEN = 64;
/** Of tokens that are as good as impossible, below the others. */
const MISSING = 30;
const UNLIKELY = 6;
/** Spread of the logits: the likeliest of eight tokens has about 0.4. */
const SPREAD = 1.5;
/** So small that dividing by √(1 + ε) changes nothing. */
const EPSILON = 1e-12;

/**
 * How a draft differs, a variant of the target's logits after each token. Some change the target, too.
 * @type {Record<string, (target: number[], random: RandomStream) => { target?: number[], draft: number[] }>}
 */
const VARIANTS = {
  equal: (target) => ({ draft: target }),
  /** 70% of the draft's mass is the target's. */
  close(target, random) {
    const [own, other] = [softmax(target), softmax(normals(target.length, random))];
    return { draft: own.map((p, w) => Math.log(0.7 * p + 0.3 * (other[w] ?? 0))) };
  },
  /** As at a higher temperature. */
  flatter: (target) => ({ draft: target.map((logit) => logit / 2) }),
  /** The likeliest token is the draft's unlikeliest, and so on. */
  reversed(target) {
    const sorted = target.toSorted((a, b) => a - b);
    return { draft: target.map((logit) => sorted.at(-1 - sorted.indexOf(logit)) ?? 0) };
  },
  /** Nearly all of the draft's mass is where nearly nothing of the target's is. */
  disjoint(target, random) {
    const half = new Set(tokens(target.length, random).slice(0, target.length >> 1));
    return {
      target: target.map((logit, w) => (half.has(w) ? logit : logit - UNLIKELY)),
      draft: normals(target.length, random).map((logit, w) => (half.has(w) ? logit - UNLIKELY : logit)),
    };
  },
  /** A third of the tokens cannot be drafted, another cannot be accepted. */
  missing(target, random) {
    const [third, shuffled] = [Math.floor(target.length / 3), tokens(target.length, random)];
    const lacks = [new Set(shuffled.slice(0, third)), new Set(shuffled.slice(third, 2 * third))];
    const [draft, kept] = lacks.map((lack) => target.map((l, w) => (lack.has(w) ? l - MISSING : l)));
    return { target: kept ?? [], draft: draft ?? [] };
  },
};

export const KNOWN_VARIANTS = Object.freeze(Object.keys(VARIANTS));

/**
 * @typedef {object} KnownOptions
 * @property {number} vocabulary 3 … 63
 * @property {number} [seed] 1 unless told
 * @property {string} draft one of KNOWN_VARIANTS
 */

/**
 * The probability of each next token (second index) after each token (first index), of both models, in double precision from
 * the weights as they are in the files.
 * @param {KnownOptions} options
 */
export function knownDistribution(options) {
  const { target, draft } = outputMatrices(options);
  return { target: probabilities(target), draft: probabilities(draft) };
}

/**
 * @param {string} folder
 * @param {KnownOptions} options
 * @param {import("./gguf-writer.mjs").WriteOptions} [writing]
 */
export async function writeKnownPair(folder, options, writing) {
  const { vocabulary, seed = 1, draft: variant } = options;
  const matrices = outputMatrices(options);
  /** @param {"target" | "draft"} role */
  const write = async (role) => {
    const rows = matrices[role];
    const known = probabilities(rows);
    const name = `known-v${vocabulary}-s${seed}-${variant}-${role}`;
    const file = modelFile({
      shape: { name, graph: "gptneox", hidden: HIDDEN, layers: 1, heads: 1, feedForward: HIDDEN },
      ...{ vocabulary, context: 2048, seed, epsilon: EPSILON },
      embedding: (token, row) => row.set(hadamard(token)),
      output: (token, row) => row.set(Array.from(rows[token] ?? [], fromHalf)),
      metadata: [
        ["tokenizer.ggml.model", "string", "no_vocab"],
        ["foretoken.known.role", "string", role],
        ["foretoken.known.variant", "string", variant],
        ["foretoken.known.seed", "u32", seed],
        ["foretoken.known.probabilities", "f64[]", known.flat()],
      ],
    });
    const { path } = await writeModel(
      folder,
      { name, file, about: { role, variant, seed, probabilities: known } },
      writing,
    );
    return { path, probabilities: known };
  };
  const [target, draft] = [await write("target"), await write("draft")];
  return {
    target: target.path,
    draft: draft.path,
    targetProbabilities: target.probabilities,
    draftProbabilities: draft.probabilities,
  };
}

/** Rounded rows of both models, one for each token. @param {KnownOptions} options */
function outputMatrices({ vocabulary, seed = 1, draft: variant }) {
  integer("vocabulary", vocabulary, 3, HIDDEN - 1);
  integer("seed", seed, 0, 2 ** 32 - 1);
  const vary = VARIANTS[oneOf("draft", variant, KNOWN_VARIANTS)];
  const random = new RandomStream(seed, "known", vocabulary);
  const variation = new RandomStream(seed, "known", vocabulary, variant);
  const logits = tokens(vocabulary).map(() => {
    const target = normals(vocabulary, random);
    return { target, ...vary?.(target, variation) };
  });
  /** @param {(number[] | undefined)[]} logitsAfter */
  const rows = (logitsAfter) =>
    tokens(vocabulary).map((w) => {
      const row = new Float32Array(HIDDEN);
      for (const [v, after] of logitsAfter.entries()) {
        for (const [d, sign] of hadamard(v).entries())
          row[d] = (row[d] ?? 0) + ((after?.[w] ?? 0) * sign) / HIDDEN;
      }
      const halves = new Uint16Array(HIDDEN);
      toHalves(row, halves);
      return halves;
    });
  return { target: rows(logits.map((l) => l.target)), draft: rows(logits.map((l) => l.draft)) };
}

/** What softmax makes of each token's logits. @param {Uint16Array[]} rows */
function probabilities(rows) {
  return rows.map((_, v) => {
    const signs = hadamard(v);
    return softmax(
      rows.map((row) => row.reduce((sum, half, d) => sum + fromHalf(half) * (signs[d] ?? 0), 0)),
    );
  });
}

/** @param {number[]} logits */
function softmax(logits) {
  const largest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** A row of Sylvester's matrix but not the first, so as many 1 as −1. @param {number} token */
function hadamard(token) {
  return Array.from({ length: HIDDEN }, (_, d) => {
    let sign = 1;
    for (let bits = (token + 1) & d; bits > 0; bits &= bits - 1) sign = -sign;
    return sign;
  });
}

/** Logits. @param {number} count @param {RandomStream} random */
function normals(count, random) {
  const numbers = new Float32Array(count + (count & 1));
  random.normals(numbers);
  return Array.from(numbers.subarray(0, count), (x) => SPREAD * x);
}

/** All tokens, shuffled if there is something to shuffle them with. @param {number} count @param {RandomStream} [random] */
function tokens(count, random) {
  const all = Array.from({ length: count }, (_, token) => token);
  return random ? random.shuffle(all) : all;
}
