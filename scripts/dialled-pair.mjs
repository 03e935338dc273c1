// @ts-check
// Makes pairs of models with a chosen agreement, with known probabilities, or of random weights; --help tells more.
//
// Needs: a folder with room, the built package. Leaves: GGUF files, whole or not at all, each with a JSON file about it.
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { InvalidArgument, oneOf, share } from "./dialled/invalid-argument.mjs";
import { KNOWN_VARIANTS, writeKnownPair } from "./dialled/known-distribution.mjs";
import { dialledDraft, dialledTarget } from "./dialled/pair.mjs";
import { PRESETS, preset } from "./dialled/presets.mjs";
import { untrainedModel } from "./dialled/untrained.mjs";
import { writeModel } from "./dialled/write-model.mjs";
import { progressLine } from "./progress.mjs";
import { Interrupted, isMain } from "./run.mjs";

const OUT = fileURLToPath(new URL("../build/dialled", import.meta.url));

const HELP = `Usage: node scripts/dialled-pair.mjs [options]

Makes models of a real pair's graph, shape and cost, without training: after each token the target writes a
known successor, and the draft names the same one for a chosen share of the tokens. Prints the files' paths. A
JSON file beside each tells the tokens to start texts with ("starts") and more.

  --preset <name>        ${Object.keys(PRESETS).join(", ")}, or the beginning of one
                         (default pythia-1.4b/160m)
  --agreement <shares>   0 … 1, one or several, a draft for each (default 0.9); what greedy decoding measures over
                         512 tokens from any of the starts, within half a point
  --information <share>  how much the draft's confidence tells about a token, 0 … 1 (default 0.6): a token that
                         agrees has a higher confidence than one that does not in (1 + share) / 2 of all cases, ties
                         counted half
  --uninformative        the same as --information 0
  --cycle <tokens>       the target repeats itself after so many tokens (default: after the whole vocabulary)
  --seed <number>        (default 1)
  --only <role>          target or draft
  --out <folder>         (default build/dialled)

  --vocabulary, --context, --target-hidden, --target-layers, --target-heads, --target-feed-forward, and the same
  for --draft-…: <number> instead of the preset's

  --known <variant>      instead: a pair over a few tokens (--vocabulary, default 8) whose next-token
                         probabilities are in the JSON files; the draft's are ${KNOWN_VARIANTS.join(", ")}
                         compared with the target's
  --untrained            instead: both shapes with random weights everywhere, whose logits depend on all tokens
                         before; for comparing bits

Files that are there with the same parameters are kept. A target does not depend on the agreement.

Examples:
  node scripts/dialled-pair.mjs --agreement 0.5,0.7,0.9 --out /tmp/dialled
  node scripts/dialled-pair.mjs --preset opt
  node scripts/dialled-pair.mjs --cycle 200 --only target
  node scripts/dialled-pair.mjs --preset tiny --draft-layers 4 --agreement 0.8
  node scripts/dialled-pair.mjs --known close --vocabulary 12
`;

const OPTIONS = /** @type {const} */ ({
  preset: { type: "string", default: "pythia-1.4b/160m" },
  agreement: { type: "string", multiple: true },
  information: { type: "string" },
  uninformative: { type: "boolean" },
  cycle: { type: "string" },
  seed: { type: "string", default: "1" },
  only: { type: "string" },
  out: { type: "string", default: OUT },
  vocabulary: { type: "string" },
  context: { type: "string" },
  "target-hidden": { type: "string" },
  "target-layers": { type: "string" },
  "target-heads": { type: "string" },
  "target-feed-forward": { type: "string" },
  "draft-hidden": { type: "string" },
  "draft-layers": { type: "string" },
  "draft-heads": { type: "string" },
  "draft-feed-forward": { type: "string" },
  known: { type: "string" },
  untrained: { type: "boolean" },
  help: { type: "boolean" },
});

/** @typedef {ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"]} Values */

/** @param {Values} values @param {AbortSignal} signal */
async function main(values, signal) {
  const seed = number("seed", values.seed) ?? 1;
  if (values.known !== undefined) {
    const vocabulary = number("vocabulary", values.vocabulary) ?? 8;
    const pair = await writeKnownPair(values.out, { vocabulary, seed, draft: values.known }, { signal });
    process.stdout.write(`${pair.target}\n${pair.draft}\n`);
    return;
  }
  if (values.only !== undefined) oneOf("only", values.only, ["target", "draft"]);
  for (const make of values.untrained ? untrainedModels(values, seed) : dialledModels(values, seed)) {
    const model = make();
    const progress = progressLine(model.name);
    try {
      const { path, reused } = await writeModel(values.out, model, {
        signal,
        onProgress: (written, size) => progress.update(`${Math.floor((100 * written) / size)}%`),
      });
      progress.end(`${reused ? "already there" : "written"}, ${(model.file.size / 1e6).toFixed(1)} MB`);
      process.stdout.write(`${path}\n`);
    } catch (error) {
      progress.end(signal.aborted ? "interrupted, nothing left" : "failed, nothing left");
      throw error;
    }
  }
}

/** What makes each model that is asked for. @param {Values} values @param {number} seed */
function dialledModels(values, seed) {
  const agreements = (values.agreement ?? ["0.9"])
    .flatMap((list) => list.split(","))
    .map((text) => share("agreement", number("agreement", text)));
  const information = values.uninformative ? 0 : number("information", values.information);
  if (information !== undefined) share("information", information);
  const options = { shape: pairShape(values), seed, cycle: number("cycle", values.cycle) ?? 0, information };
  /** @type {(() => import("./dialled/write-model.mjs").ModelFile)[]} */
  const models = [];
  if (values.only !== "draft") models.push(() => dialledTarget(options));
  if (values.only !== "target")
    models.push(...agreements.map((agreement) => () => dialledDraft({ ...options, agreement })));
  return models;
}

/** @param {Values} values @param {number} seed */
function untrainedModels(values, seed) {
  const { target, draft, vocabulary, context } = pairShape(values);
  const shapes = values.only === "target" ? [target] : values.only === "draft" ? [draft] : [target, draft];
  return shapes.map((shape) => () => untrainedModel(shape, { vocabulary, context, seed }));
}

/** The preset's, with what was given instead; models of another shape get a name of their own. @param {Values} values */
function pairShape(values) {
  const base = preset(values.preset);
  const vocabulary = number("vocabulary", values.vocabulary) ?? base.vocabulary;
  const context = number("context", values.context) ?? base.context;
  /** @param {"target" | "draft"} role */
  const shape = (role) => {
    const { name, graph, word, rotary, ...sizes } = base[role];
    const given = {
      hidden: number(`${role}-hidden`, values[`${role}-hidden`]) ?? sizes.hidden,
      layers: number(`${role}-layers`, values[`${role}-layers`]) ?? sizes.layers,
      heads: number(`${role}-heads`, values[`${role}-heads`]) ?? sizes.heads,
      feedForward: number(`${role}-feed-forward`, values[`${role}-feed-forward`]) ?? sizes.feedForward,
    };
    const { hidden, layers, heads, feedForward } = given;
    const same = isDeepStrictEqual([given, vocabulary, context], [sizes, base.vocabulary, base.context]);
    const own = `${graph}-${hidden}x${layers}-h${heads}-f${feedForward}-v${vocabulary}-n${context}`;
    // What comes from the hidden size is the graph's choice where another size is asked for.
    const kept = hidden === sizes.hidden ? { ...(word && { word }), ...(rotary && { rotary }) } : {};
    return { name: same ? name : own, graph, ...given, ...kept };
  };
  return { target: shape("target"), draft: shape("draft"), vocabulary, context };
}

/** @param {string} option @param {string | undefined} text */
function number(option, text) {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value))
    throw new InvalidArgument(`Expected a number for --${option} but received ${JSON.stringify(text)}`);
  return value;
}

if (isMain(import.meta.url)) {
  const controller = new AbortController();
  /** The file under way is removed; a second signal ends the process at once. */
  for (const [signal, code] of /** @type {const} */ ([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])) {
    process.once(signal, () => {
      process.exitCode = code;
      controller.abort(new Interrupted(`interrupted by ${signal}`));
    });
  }
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.help) process.stdout.write(HELP);
    else await main(values, controller.signal);
  } catch (error) {
    if (!(error instanceof Interrupted))
      process.stderr.write(
        `${error instanceof Error ? error.message : error}\n${isUsage(error) ? "--help shows the options.\n" : ""}`,
      );
    process.exitCode ||= 1;
  }
}

/** @param {unknown} error */
function isUsage(error) {
  return (
    error instanceof InvalidArgument ||
    (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))
  );
}
