import t from "tap";
import { fable } from "../helpers/fable.js";

t.test("timers fire while a generation runs", async (t) => {
  const pair = await fable(t);
  const gaps: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }, 5);
  const started = performance.now();
  for (let i = 0; i < 4; i++) await pair.complete("Once upon a time", { maxTokens: 400, ignoreEnd: true });
  const elapsed = performance.now() - started;
  clearInterval(timer);
  t.ok(elapsed > 100, `generated for ${elapsed.toFixed(0)} ms`);
  t.ok(gaps.length > elapsed / 5 / 3, `${gaps.length} ticks`);
  const late = gaps.filter((gap) => gap > 50).length;
  t.ok(late <= gaps.length / 20, `${late} of ${gaps.length} ticks came more than 45 ms late`);
});
