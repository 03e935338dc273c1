// @ts-check
// Pearson's chi-square test and Holm's correction. Needs and leaves nothing.

/** ln Γ(x) for x > 0, by Lanczos. @param {number} x @returns {number} */
function logGamma(x) {
  const g = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
    -0.5395239384953e-5,
  ];
  const series = g.reduce((sum, c, i) => sum + c / (x + i + 1), 1.000000000190015);
  const t = x + 5.5;
  return (x + 0.5) * Math.log(t) - t + Math.log((2.5066282746310007 * series) / x);
}

/** Upper tail of the chi-square distribution. @param {number} x @param {number} degrees */
export function chiSquareTail(x, degrees) {
  const a = degrees / 2;
  const half = x / 2;
  if (half <= 0) return 1;
  const front = Math.exp(-half + a * Math.log(half) - logGamma(a));
  if (half < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 2000 && term > sum * 1e-15; n++) {
      term *= half / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = half + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 2000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

/**
 * The chance of counts at least this far from the probabilities. Cells that expect fewer than 5 are taken together; a count
 * of what is all but impossible gives 0.
 * @param {readonly number[]} counts
 * @param {readonly number[]} probabilities as long, summing to 1
 */
export function chiSquare(counts, probabilities) {
  const total = counts.reduce((sum, n) => sum + n, 0);
  let statistic = 0;
  let cells = 0;
  let rest = { count: 0, expected: 0 };
  /** @param {number} count @param {number} expected */
  const add = (count, expected) => {
    statistic += (count - expected) ** 2 / expected;
    cells += 1;
  };
  for (const [i, count] of counts.entries()) {
    const expected = total * (probabilities[i] ?? 0);
    if (count > 0 && expected < 1e-4) return 0;
    if (expected >= 5) add(count, expected);
    else rest = { count: rest.count + count, expected: rest.expected + expected };
  }
  if (rest.expected >= 1) add(rest.count, rest.expected);
  return cells < 2 ? 1 : chiSquareTail(statistic, cells - 1);
}

/**
 * Which of many tests fail when the chance that any fails wrongly is to be at most `alpha` (Holm 1979).
 * @param {readonly number[]} ps
 * @param {number} alpha
 * @returns {boolean[]} as long; true where the test fails
 */
export function holm(ps, alpha) {
  const order = ps.map((p, i) => ({ p, i })).sort((a, b) => a.p - b.p);
  const firstKept = order.findIndex(({ p }, rank) => p > alpha / (ps.length - rank));
  const failed = new Set(order.slice(0, firstKept < 0 ? order.length : firstKept).map(({ i }) => i));
  return ps.map((_, i) => failed.has(i));
}
