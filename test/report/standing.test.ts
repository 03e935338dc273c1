import t from "tap";
import type { ReportedCase } from "../../lib/bench/report-types.js";
import { standing } from "../../lib/bench/study/groups.js";

const measured = (speedup: number, interval: [number, number]) => ({
  one: { summary: { speedup, interval } } as ReportedCase,
  at: "",
});

t.test("cases whose intervals overlap the fastest one's are not told apart from it", async (t) => {
  const fastest = measured(1.9, [1.8, 2]);
  const close = measured(1.8, [1.75, 1.8]);
  const slow = measured(1.7, [1.65, 1.79]);
  const cases = [slow, fastest, close];
  t.strictSame(
    cases.map((one) => standing(one, cases)),
    [null, "best", "no difference seen"],
  );
});

t.test("one case by itself is not the best of anything", async (t) => {
  const alone = measured(1.9, [1.8, 2]);
  t.equal(standing(alone, [alone]), null);
});
