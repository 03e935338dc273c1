import { CallSite } from "../../lib/call-site.js";
import { type FinishReason, Generation } from "../../lib/generation.js";
import { GenerationRun } from "../../lib/generation-run.js";
import { FINISH_REASONS, type NativeBatch, ORIGINS } from "../../lib/native.js";
import type { Origin } from "../../lib/token.js";
import { nativeStats } from "./native-stats.js";

/** A generation whose native side is played by the test. */
export function fakeGeneration(signal: AbortSignal | null = null) {
  let deliver: (batch: NativeBatch) => void = () => {};
  const calls = { started: 0, abort: 0, pause: 0, resume: 0, ended: 0 };
  const context = {
    seed: 7,
    textOf: (id: number) => `<${id}>`,
    paused: () => {},
    received: () => {},
    ended: () => calls.ended++,
  };
  const run = new GenerationRun(new CallSite(fakeGeneration), signal, context).start((onBatch) => {
    calls.started++;
    deliver = onBatch;
    return (to) => calls[to]++;
  });
  let id = 0;
  const batch = (texts: string[], origin: Origin): NativeBatch => ({
    tokens: texts.map((text) => ({ id: id++, origin: ORIGINS.indexOf(origin), text })),
    pass: { requests: 1, tokens: texts.length },
  });
  return {
    generation: new Generation(run),
    run,
    calls,
    send: (texts: string[], origin: Origin = "draft") => deliver(batch(texts, origin)),
    end: (reason: FinishReason = "length", error?: { code: string; message: string }) =>
      deliver({
        ...batch([], "plain"),
        end: {
          finishReason: FINISH_REASONS.indexOf(reason),
          stats: nativeStats({}),
          ...(error && { error }),
        },
      }),
  };
}
