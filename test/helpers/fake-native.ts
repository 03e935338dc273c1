import { CallSite } from "../../lib/call-site.js";
import { type FinishReason, Generation } from "../../lib/generation.js";
import { GenerationRun } from "../../lib/generation-run.js";
import { FINISH_REASONS, type NativeBatch, ORIGINS } from "../../lib/native.js";
import type { Origin } from "../../lib/token.js";
import { nativeStats } from "./native-stats.js";

/** A generation whose native side is played by the test. */
export function fakeGeneration(signal: AbortSignal | null = null) {
  let deliver: (batch: NativeBatch) => void = () => {};
  const calls = { started: 0, aborted: 0, paused: 0, resumed: 0, ended: 0 };
  const context = {
    seed: 7,
    textOf: (id: number) => `<${id}>`,
    received: () => {},
    ended: () => calls.ended++,
  };
  const run = new GenerationRun(new CallSite(fakeGeneration), signal, context).start((onBatch) => {
    calls.started++;
    deliver = onBatch;
    return {
      abort: () => calls.aborted++,
      pause: () => calls.paused++,
      resume: () => calls.resumed++,
    };
  });
  let id = 0;
  const batch = (texts: string[], origin: Origin): NativeBatch => ({
    ids: Int32Array.from(texts, () => id++),
    origins: Uint8Array.from(texts, () => ORIGINS.indexOf(origin)),
    texts,
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
