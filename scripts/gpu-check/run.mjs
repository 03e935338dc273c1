// @ts-check
// Runs the steps and keeps one JSON that is whole after each of them.
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { progressLine } from "../progress.mjs";
import { Interrupted } from "../run.mjs";
import { NEEDED, packed, STEPS } from "./steps.mjs";

/**
 * @typedef {{ dryRun: boolean, cpu: boolean, architectures: string }} Settings
 * @typedef {{ version: 1, at: string, commit: string | null, settings: Settings, machine: { commit: string | null } | null,
 *   steps: Record<string, import("./steps.mjs").Outcome & { seconds: number }> }} Result
 */

/**
 * @param {{ root: string, out: string, steps: string[], settings: Settings, minutes: number, fresh: boolean, llamaBench: string | null }} options
 *   steps: those to run now, but for those that `out` has whole; minutes: no step begins, and no child goes on, after so many; fresh: forget what `out` has.
 * @returns {Promise<Result>}
 */
export async function runCheck({ root, out, steps, settings, minutes, fresh, llamaBench }) {
  const deadline = Date.now() + minutes * 60_000;
  const { writeWholeFile } = await built(root, "whole-file");
  const before = fresh ? null : await earlier(out, settings);
  /** @type {Result} */
  const result = {
    version: 1,
    at: new Date().toISOString(),
    commit: (await packed(root))?.commit ?? null,
    settings,
    machine: null,
    steps: before?.steps ?? {},
  };
  await mkdir(dirname(out), { recursive: true });
  for (const name of steps) {
    const step = STEPS[name];
    if (step === undefined || result.steps[name]?.finished || Date.now() > deadline) continue;
    const progress = progressLine(name);
    progress.update("running");
    const start = Date.now();
    const say = (/** @type {string} */ text) => progress.update(text);
    const check = { root, ...settings, llamaBench, deadline, say };
    const outcome = await step(check).catch((error) => {
      progress.clear();
      if (error instanceof Interrupted) throw error;
      return { ok: false, error: String(error?.stack ?? error) };
    });
    const finished = !("error" in outcome) && Date.now() < deadline;
    result.steps[name] = { ...outcome, finished, seconds: (Date.now() - start) / 1000 };
    progress.end(outcome.ok ? "ok" : "not ok");
    result.machine = await machine(root);
    result.commit ??= result.machine?.commit ?? null;
    await writeWholeFile(out, [Buffer.from(`${JSON.stringify(result, null, 2)}\n`)]);
    // Without a build nothing runs, and without a device its steps would measure the CPU.
    if (NEEDED.includes(name) && !outcome.ok) break;
  }
  return result;
}

/** A module of the built package. @param {string} root @param {string} name */
function built(root, name) {
  return import(pathToFileURL(join(root, "dist", `${name}.js`)).href);
}

/** null where the addon is not there. @param {string} root */
async function machine(root) {
  try {
    return (await built(root, "machine")).describeMachine();
  } catch {
    return null;
  }
}

/** What an earlier call with the same settings has left. @param {string} out @param {Settings} settings @returns {Promise<Result | null>} */
async function earlier(out, settings) {
  const text = await readFile(out, "utf8").catch(() => null);
  if (text === null) return null;
  /** @type {Result} */
  const result = JSON.parse(text);
  return JSON.stringify(result.settings) === JSON.stringify(settings) ? result : null;
}
