import t, { type Test } from "tap";
import { pullProgress } from "../../lib/cli/pull-progress.js";

const repository = "owner/name";

/** Runs with stderr as a terminal or not; what was written there. */
function written(
  t: Test,
  isTTY: boolean,
  use: (progress: ReturnType<typeof pullProgress>) => void,
): string[] {
  const lines: string[] = [];
  t.intercept(process, "stderr", {
    value: { isTTY, columns: 48, write: (text: string) => lines.push(text) },
    configurable: true,
  });
  use(pullProgress());
  return lines;
}

t.test("on a terminal: file, bytes, rate and time left, in one line that is cleared", async (t) => {
  const { now } = Date;
  let clock = 1_000_000;
  Date.now = () => clock;
  t.teardown(() => {
    Date.now = now;
  });
  const lines = written(t, true, ({ update, end }) => {
    const file = { stage: "download", repository, file: "a.bin", total: 100e6 } as const;
    update({ ...file, bytes: 40e6 });
    clock += 50;
    update({ ...file, bytes: 41e6 });
    clock += 1950;
    update({ ...file, bytes: 60e6 });
    update({ stage: "convert", repository: "owner/a-name-that-is-too-long-for-the-columns", fraction: 0.5 });
    end();
    end();
  });
  t.strictSame(lines, [
    "\r\x1b[Kowner/name/a.bin 40.0 MB of 100.0 MB",
    "\r\x1b[K….bin 60.0 MB of 100.0 MB, 10.0 MB/s, 0:04 left",
    "\r\x1b[KConverting …hat-is-too-long-for-the-columns 50%",
    "\r\x1b[K",
  ]);
});

t.test("elsewhere: nothing", async (t) => {
  const lines = written(t, false, ({ update, end }) => {
    update({ stage: "convert", repository, fraction: 1 });
    end();
  });
  t.strictSame(lines, []);
});
