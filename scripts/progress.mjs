// @ts-check
// One line that rewrites itself on a terminal; elsewhere a line now and then. Always on stderr.

const EVERY_MS = 10_000;

/** @param {string} title */
export function progressLine(title) {
  const terminal = process.stderr.isTTY;
  const start = Date.now();
  let last = start;
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  return {
    /** @param {string} text */
    update(text) {
      if (terminal) {
        const line = `${title}: ${text} (${seconds()})`;
        process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
      } else if (Date.now() - last >= EVERY_MS) {
        last = Date.now();
        process.stderr.write(`${title}: ${text} (${seconds()})\n`);
      }
    },
    clear() {
      if (terminal) process.stderr.write("\r\x1b[K");
    },
    /** @param {string} text */
    end(text) {
      process.stderr.write(`${terminal ? "\r\x1b[K" : ""}${title}: ${text} (${seconds()})\n`);
    },
  };
}
