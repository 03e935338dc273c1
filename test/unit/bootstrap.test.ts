import t from "tap";
import { bootstrap, bootstrapInterval, meanOfMedians, resample } from "../../lib/bootstrap.js";
import { mean, median } from "../../lib/median.js";

t.test("median and mean", async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.equal(median([10, 9, 100]), 10);
  t.ok(Number.isNaN(median([])));
  t.equal(mean([1, 2, 6]), 3);
  t.equal(meanOfMedians([[1, 2, 30], [4]]), 3);
});

t.test("the interval surrounds the estimate and lies within the data", async (t) => {
  const ratios = [1.5, 1.52, 1.49, 1.6, 1.51, 1.48, 1.55];
  const [low, high] = bootstrapInterval([ratios], 1);
  t.ok(low >= 1.48 && low <= 1.51, `${low}`);
  t.ok(high >= 1.51 && high <= 1.6, `${high}`);
});

t.test("the same seed gives the same interval, another seed may not", async (t) => {
  const ratios = [
    [1.1, 1.7, 1.3, 1.9, 1.2, 1.4],
    [2.3, 2.1, 2.6, 2.2],
  ];
  t.strictSame(bootstrapInterval(ratios, 7), bootstrapInterval(ratios, 7));
  t.notSame(bootstrapInterval(ratios, 7), bootstrapInterval(ratios, 8));
});

t.test("equal measurements leave no doubt", async (t) => {
  t.strictSame(bootstrapInterval([[2, 2, 2], [4]], 3), [3, 3]);
});

t.test("what is peculiar to a process widens the interval of all that it measured", async (t) => {
  // Two prompts, three processes of two repetitions: the processes differ, their repetitions hardly.
  const ratios = [
    [1, 1.01, 1.5, 1.51, 2, 2.01],
    [1.1, 1.11, 1.6, 1.61, 2.1, 2.11],
  ];
  const [low, high] = bootstrapInterval(ratios, 1, 3);
  t.ok(low < 1.07 && high > 2.03, `${low} to ${high}`);
  const [within, without] = bootstrapInterval(
    ratios.map((group) => group.slice(0, 2)),
    1,
  );
  t.ok(without - within < 0.02, `${within} to ${without}`);
});

t.test("resampling keeps each process's share of every group together", async (t) => {
  const groups = [
    [1, 1, 2, 2, 3, 3],
    [10, 10, 20, 20, 30, 30],
  ];
  bootstrap(5, (random) => {
    const [first = [], second = []] = resample(groups, 3, random);
    t.strictSame(
      second,
      first.map((value) => value * 10),
    );
    return 0;
  });
});
