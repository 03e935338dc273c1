// @ts-check
// A reporter for Node's test runner: a line for each finished file, what was skipped and why, and last of all whatever failed.
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** @typedef {{ type: string, data: any }} TestEvent */

/** @param {AsyncIterable<TestEvent>} events */
export default async function* report(events) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  /** @type {Map<string | undefined, string[]>} What each file printed and what of it failed; not all of it names its file. */
  const said = new Map();
  const failures = [];
  /** @param {string | undefined} file @param {string} text */
  const note = (file, text) => said.set(file, [...(said.get(file) ?? []), text]);
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") note(data.file, data.message);
    if (type === "test:pass") count[data.skip ? "skipped" : "passed"]++;
    if (type === "test:pass" && data.skip) yield `# skipped: ${data.name}: ${data.skip}\n`;
    if (type === "test:fail") {
      count.failed++;
      note(data.file, `not ok: ${data.name}\n${words(data.details.error)}\n`);
    }
    if (type === "test:complete" && data.name === data.file) {
      const { error, duration_ms } = data.details;
      const line = `${relative(process.cwd(), data.file)} (${(duration_ms / 1000).toFixed(1)} s)\n`;
      yield error === undefined ? `ok ${line}` : `not ok ${line}`;
      if (error !== undefined) failures.push(line, ...(said.get(data.file) ?? []), `${words(error)}\n`);
      said.delete(data.file);
    }
  }
  for (const text of [...(said.get(undefined) ?? []), ...failures]) yield stripVTControlCharacters(text);
  yield `# ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
}

/** @param {Error & { cause?: unknown, exitCode?: number | null, signal?: string | null }} error Of a test, or of a file's process. */
function words({ message, cause, exitCode, signal }) {
  if (cause instanceof Error) return cause.stack;
  if (signal) return `its process was ended by ${signal}`;
  return exitCode ? `${message}, its process with code ${exitCode}` : message;
}
