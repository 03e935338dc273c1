// @ts-check
// Pairs of any shape whose draft agrees with the target on a chosen share of the tokens. Needs the built package; leaves GGUF files
// and what a benchmark needs to know about each in a JSON file of the same name.
//
// Embeddings are random, with mean 0 and variance 1, so that LayerNorm leaves them as they are; blocks add zero; the output
// row of v's successor is v's embedding, scaled. So the likeliest token after v is its successor, whatever came before.
import { layOutAgreement } from "./agreement.mjs";
import { confidences, rowGains } from "./confidence.mjs";
import { integer, share } from "./invalid-argument.mjs";
import { modelFile, requireShape } from "./model-file.mjs";
import { preset } from "./presets.mjs";
import { RandomStream } from "./random.mjs";
import { successors, WINDOW, walk } from "./successors.mjs";
import { tokenizerMetadata } from "./tokenizer.mjs";
import { writeModel } from "./write-model.mjs";

/** Part of every file: files of an older construction are written anew. */
const CONSTRUCTION = 2;
/** The target's text is the same at any temperature that makes sense. */
const TARGET_CONFIDENCE = 1 - 1e-9;
const INFORMATION = 0.6;
const LEAST_CONFIDENCE = 0.1;
const MOST_CONFIDENCE = 0.98;

/**
 * @typedef {import("./model-file.mjs").Shape} Shape
 * @typedef {import("./write-model.mjs").ModelFile} ModelFile
 * @typedef {object} TargetOptions
 * @property {string | import("./presets.mjs").PairShape} shape a preset's name, or a shape
 * @property {number} [seed] 1 unless told
 * @property {number} [cycle] tokens of the cycle that the starts lie on; the whole vocabulary unless told
 * @typedef {TargetOptions & DraftOptions} PairOptions
 * @typedef {object} DraftOptions
 * @property {number} agreement
 * @property {number | undefined} [information] how much the draft's confidence tells, 0 … 1; 0.6 unless told
 * @typedef {import("./agreement.mjs").TokenClass & { confidence: number }} ConfidentClass
 */

/** The target depends on neither agreement nor the draft's shape. @param {TargetOptions} options */
export function dialledTarget(options) {
  const { shape, vocabulary, context, seed, cycle } = resolve(options);
  const { next, starts, end } = successors({ vocabulary, seed, cycle });
  const classes = [{ tokens: vocabulary, confidence: TARGET_CONFIDENCE }];
  const [gain = 1] = rowGains({ hidden: width(shape.target), classes });
  const name = modelName(shape.target, seed, cycle);
  const file = modelFile({
    ...{ shape: { ...shape.target, name }, vocabulary, context, seed },
    ...directions(width(shape.target), seed, "target", next, () => gain),
    metadata: [...tokenizerMetadata(vocabulary, end), ...metadata("target", { seed, cycle, starts })],
  });
  const about = { role: "target", vocabulary, seed, cycle: cycle || vocabulary, starts };
  return { name, file, about, starts, next, walk: walk.bind(null, next) };
}

/** @param {PairOptions} options */
export function dialledDraft(options) {
  const { shape, vocabulary, context, seed, cycle } = resolve(options);
  const agreement = share("agreement", options.agreement);
  const information = share("information", options.information ?? INFORMATION);
  const target = successors({ vocabulary, seed, cycle });
  const layout = layOutAgreement({ cycles: target.cycles, agreement, information, seed });
  const { next, classOf } = layout;

  const wanted = layout.classes.map((class_, i) => ({
    ...class_,
    tokens: classOf.reduce((sum, c) => sum + Number(c === i), 0),
    confidence: Math.min(MOST_CONFIDENCE, Math.max(LEAST_CONFIDENCE, class_.agreement)),
  }));
  const model = { hidden: width(shape.draft), classes: wanted };
  const gains = rowGains(model);
  const reached = confidences(model, gains);
  const classes = layout.classes.map((class_, i) => ({ ...class_, confidence: reached[i] ?? 0 }));

  const name =
    `${modelName(shape.draft, seed, cycle)}-a${decimals(agreement)}` +
    (information === INFORMATION ? "" : `-i${decimals(information)}`);
  const file = modelFile({
    ...{ shape: { ...shape.draft, name }, vocabulary, context, seed },
    ...directions(
      width(shape.draft),
      seed,
      "draft",
      next,
      (token) => gains[/** @type {number} */ (classOf[token])] ?? 1,
    ),
    metadata: [
      ...tokenizerMetadata(vocabulary, target.end),
      ...metadata("draft", { seed, cycle, starts: target.starts }),
      ["foretoken.dialled.agreement", "f64", agreement],
      ["foretoken.dialled.information", "f64", information],
      ["foretoken.dialled.class.names", "string[]", classes.map((c) => c.name)],
      ["foretoken.dialled.class.shares", "f64[]", classes.map((c) => c.share)],
      ["foretoken.dialled.class.agreements", "f64[]", classes.map((c) => c.agreement)],
      ["foretoken.dialled.class.confidences", "f64[]", classes.map((c) => c.confidence)],
    ],
  });
  /** Of the first 512 tokens after each start. */
  const agreements = target.starts.map((start) => {
    const before = [start, ...walk(target.next, start, WINDOW - 1)];
    return before.filter((token) => next[token] === target.next[token]).length / WINDOW;
  });
  const about = {
    ...{ role: "draft", target: `${modelName(shape.target, seed, cycle)}.f16.gguf`, vocabulary, seed },
    ...{ cycle: cycle || vocabulary, agreement, information, classes, starts: target.starts, agreements },
  };
  return { name, file, about, agreements, next, classOf, classes };
}

/**
 * Writes both models of a pair unless they are there.
 * @param {string} folder
 * @param {PairOptions} options
 * @param {import("./gguf-writer.mjs").WriteOptions} [writing]
 */
export async function writeDialledPair(folder, options, writing) {
  const target = dialledTarget(options);
  const draft = dialledDraft(options);
  return {
    target: (await writeModel(folder, target, writing)).path,
    draft: (await writeModel(folder, draft, writing)).path,
    starts: target.starts,
    /** The text the target writes after a start. */
    walk: target.walk,
    agreements: draft.agreements,
    classes: draft.classes,
    classOf: draft.classOf,
  };
}

/** @param {TargetOptions} options */
function resolve({ shape: given, seed = 1, cycle = 0 }) {
  const shape = typeof given === "string" ? preset(given) : given;
  requireShape(shape.target);
  requireShape(shape.draft);
  const vocabulary = integer("vocabulary", shape.vocabulary, 16, 1 << 20);
  integer("seed", seed, 0, 2 ** 32 - 1);
  integer("context", shape.context, 2, 1 << 20);
  if (cycle !== 0) integer("cycle", cycle, 2, vocabulary - 2);
  // Throws where the shape leaves no room, before anything is written.
  rowGains({
    hidden: width(shape.draft),
    classes: [{ tokens: vocabulary, confidence: MOST_CONFIDENCE }],
  });
  return { shape, vocabulary, context: shape.context, seed, cycle };
}

/** Length of token vectors. @param {Shape} shape */
function width({ hidden, word = hidden }) {
  return word;
}

/**
 * Embedding and output rows.
 * @param {number} hidden their length
 * @param {number} seed
 * @param {string} role
 * @param {Int32Array} next a permutation
 * @param {(token: number) => number} gain of the row that follows a token
 */
function directions(hidden, seed, role, next, gain) {
  const previous = new Int32Array(next.length);
  for (const [token, successor] of next.entries()) previous[successor] = token;
  /** @type {import("./model-file.mjs").FillRow} */
  const embedding = (token, row) => {
    new RandomStream(seed, role, token).normals(row);
    let sum = 0;
    let squares = 0;
    for (const x of row) {
      sum += x;
      squares += x * x;
    }
    const mean = sum / hidden;
    scale(row, 1 / Math.sqrt(squares / hidden - mean ** 2), mean);
  };
  /** @type {import("./model-file.mjs").FillRow} */
  const output = (token, row) => {
    const before = /** @type {number} */ (previous[token]);
    embedding(before, row);
    scale(row, gain(before) / Math.sqrt(hidden));
  };
  return { embedding, output };
}

/** @param {Float32Array} row @param {number} factor @param {number} [mean] taken off first */
function scale(row, factor, mean = 0) {
  for (let i = 0; i < row.length; i++) {
    const x = /** @type {number} */ (row[i]);
    row[i] = (x - mean) * factor;
  }
}

/**
 * @param {string} role
 * @param {{ seed: number, cycle: number, starts: number[] }} options
 * @returns {import("./gguf-writer.mjs").Metadata[]}
 */
function metadata(role, { seed, cycle, starts }) {
  return [
    ["foretoken.dialled.construction", "u32", CONSTRUCTION],
    ["foretoken.dialled.role", "string", role],
    ["foretoken.dialled.seed", "u32", seed],
    ["foretoken.dialled.cycle", "u32", cycle],
    ["foretoken.dialled.starts", "i32[]", starts],
  ];
}

/** @param {Shape} shape @param {number} seed @param {number} cycle */
function modelName({ name }, seed, cycle) {
  return `${name}-dialled-s${seed}${cycle > 0 ? `-c${cycle}` : ""}`;
}

/** At least two. @param {number} value */
function decimals(value) {
  const text = String(value);
  return text.length < 4 ? value.toFixed(2) : text;
}
