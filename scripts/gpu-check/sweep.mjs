// @ts-check
// The steps that compare bits: what the device does by itself, and in passes of one shape.
import { basename, join } from "node:path";
import { EMBEDDED, report, SMALL } from "./bench.mjs";
import { capture } from "./capture.mjs";
import { makeModels } from "./models.mjs";
import { requireLayers } from "./placement.mjs";

/**
 * @typedef {import("./steps.mjs").Check} Check
 * @typedef {import("./steps.mjs").Outcome} Outcome
 */

/** Shapes of the report, whose models have random weights here: of a dialled one's logits the last token decides alone. */
const SHAPES = ["pythia-1.4b/160m", "opt-350m/125m"];

/** Theirs. */
const CONTEXT = 2048;
/** That width-report evaluates at each width. */
const TOKENS = 32;

/** What the device does by itself. @param {Check} check */
export async function sweep(check) {
  return sweepWidths(check, []);
}

/** The same in passes of one shape, and what a generation makes of it. @param {Check} check */
export async function exact(check) {
  const widths = await sweepWidths(check, ["exact"]);
  const flags = check.dryRun ? SMALL : ["--preset", "quick"];
  const generation = await report(check, [...flags, "--exact"], [EMBEDDED]);
  return { ...widths, ok: widths.ok && generation.ok, generation };
}

/**
 * Across every boundary of 256 cells inside the context of those shapes, from eight tokens before it, and up to its end, each width
 * after a rollback.
 * @param {Check} check @param {string[]} mode @returns {Promise<Outcome>}
 */
async function sweepWidths(check, mode) {
  const { root, dryRun } = check;
  const boundaries = Array.from({ length: CONTEXT / 256 - 1 }, (_, i) => 256 * (i + 1));
  const cells = dryRun ? [100] : [100, ...boundaries.map((boundary) => boundary - 8), CONTEXT - TOKENS];
  const embedded = dryRun ? ["fable-1m"] : ["fable-17m", "fable-1m"];
  const files = embedded.map((name) => join(root, "models", `${name}.f16.gguf`));
  for (const preset of dryRun ? ["tiny"] : SHAPES)
    files.push(...(await makeModels(check, ["--preset", preset, "--untrained"])));
  const layers = await requireLayers(
    check,
    files.map((file) => [file]),
  );
  /** @type {Record<string, { ok: boolean }>} */
  const models = {};
  for (const file of files) {
    const model = basename(file, ".f16.gguf");
    check.say(model);
    models[model] = await widthsOf(check, file, cells, mode);
  }
  return { ok: Object.values(models).every(({ ok }) => ok), layers, cells, models };
}

/** @param {Check} check @param {string} file @param {number[]} cells @param {string[]} mode */
async function widthsOf(check, file, cells, mode) {
  const name = process.platform === "win32" ? "width-report.exe" : "width-report";
  const { code, stdout, stderr } = await capture(check, join(check.root, "build", "Release", name), [
    file,
    check.cpu ? "0" : "-1",
    cells.join(","),
    check.dryRun ? "4" : "32",
    ...mode,
  ]);
  const widths = stdout
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const differs = widths.filter(({ equalRows, rows }) => equalRows < rows);
  const other = widths.filter(({ firstOtherArgmaxRow }) => firstOtherArgmaxRow !== null);
  return {
    ok: code === 0 && widths.length > 0 && differs.length === 0,
    measured: widths.length,
    differing: differs.length,
    firstDivergence: differs[0] ?? null,
    largestDifference: Math.max(0, ...widths.map(({ largestDifference }) => largestDifference)),
    otherArgmax: other.length,
    largestMarginOvercome: Math.max(0, ...other.map(({ marginThere }) => marginThere)),
    passMs: passTimes(widths),
    widths: differs,
    ...(code !== 0 && { code, error: stderr.slice(-2000) }),
  };
}

/** Milliseconds of a pass by its width, with the fewest and the most cells. @param {{ cells: number, width: number, milliseconds: number }[]} widths */
function passTimes(widths) {
  const ends = [widths[0], widths.at(-1)].map((one) => one?.cells);
  return Object.fromEntries(
    ends.map((cells) => [
      cells,
      widths.filter((one) => one.cells === cells).map(({ milliseconds }) => milliseconds),
    ]),
  );
}
