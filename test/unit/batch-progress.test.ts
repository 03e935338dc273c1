import t from "tap";
import { describe } from "../../lib/cli/batch-progress.js";

const counts = { total: 200, skipped: 0, done: 0, failed: 0, generatedTokens: 0 };

t.test("before the first result there is no speed", async (t) => {
  t.equal(describe(counts, 500), `${"░".repeat(24)} 0%, 0 of 200`);
});

t.test("what earlier runs did counts as done, but not for the speed", async (t) => {
  const later = { total: 200, skipped: 50, done: 40, failed: 10, generatedTokens: 4000 };
  t.equal(
    describe(later, 10_000),
    `${"█".repeat(12)}${"░".repeat(12)} 50%, 100 of 200, 10 failed, 400 tokens/s, 0:20 left`,
  );
});

t.test("it ends at 100%, also where there is nothing to do", async (t) => {
  const done = { ...counts, done: 200, generatedTokens: 100 };
  t.equal(describe(done, 3_600_000), `${"█".repeat(24)} 100%, 200 of 200, 0.03 tokens/s, 0:00 left`);
  t.equal(describe({ ...counts, total: 0 }, 1), `${"█".repeat(24)} 100%, 0 of 0`);
});
