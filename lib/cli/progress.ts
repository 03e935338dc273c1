const PATIENCE_MS = 1000;

/** A progress line on stderr, shown on terminals only and not for what is quick. */
export function loadingProgress(label: string) {
  const { stderr } = process;
  const started = Date.now();
  let shown = false;
  return {
    update(fraction: number): void {
      if (!stderr.isTTY || Date.now() - started < PATIENCE_MS) return;
      shown = true;
      stderr.write(`\r${label} ${Math.round(fraction * 100)}%`);
    },
    end(): void {
      if (shown) stderr.write("\r\x1b[K");
    },
  };
}
