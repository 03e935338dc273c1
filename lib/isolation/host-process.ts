/** The process that holds the models of a pair. Run by pair-process.ts, ends with it. */
import { endWithParent } from "../ends-with-parent.js";
import { native } from "../native.js";
import { type EnginePlan, type OpenedPair, openEngine } from "../open-engine.js";
import { planMemory } from "../plan-memory.js";
import type { PlainPairOptions } from "../resolve-options.js";
import { refuseTwice } from "../workers/address.js";
import { holdWorker } from "../workers/hold.js";
import { probeWorker } from "../workers/probe.js";
import type { HostAnswer, HostCalls, HostRequest } from "./messages.js";
import { toPlainError } from "./plain-error.js";

let opening: Promise<OpenedPair> | null = null;
const generations = new Map<number, Promise<number>>();

const calls: HostCalls = {
  load: async (plan) => {
    opening = open(plan);
    const { target, draft, contextSize, maxSequences, gpuLayers } = await opening;
    return { target, draft, layout: { contextSize, maxSequences, gpuLayers } };
  },
  estimate: async ({ options, files }) => planMemory(await reached(options), files),
  measure: async (...args) => (await engine()).measure(...args),
  profile: async () => (await engine()).profile(),
  save: async (tokens) => (await engine()).save(tokens),
  restore: async (...args) => (await engine()).restore(...args),
};

async function open(plan: EnginePlan): Promise<OpenedPair> {
  const report = (fraction: number) => answer({ type: "progress", fraction });
  return openEngine({ ...plan, options: await reached(plan.options) }, new native.AbortFlag(), report);
}

/** ggml is shown only workers that answer, and that serve nobody else from then on. */
async function reached(options: PlainPairOptions): Promise<PlainPairOptions> {
  const workers = await Promise.all(options.workers.map((address) => probeWorker(address)));
  // ggml would take one for two.
  refuseTwice(workers);
  // ggml connects to one at a time.
  for (const worker of workers) await holdWorker(worker);
  return { ...options, workers };
}

async function engine() {
  if (opening === null) throw new Error("Nothing was loaded");
  return (await opening).engine;
}

async function generate({ id, request }: Extract<HostRequest, { type: "generate" }>): Promise<void> {
  const starting = engine().then((engine) =>
    engine.generate(request, (batch) => {
      if (batch.end !== undefined) generations.delete(id);
      answer({ type: "batch", id, batch });
    }),
  );
  generations.set(id, starting);
  try {
    await starting;
  } catch (error) {
    generations.delete(id);
    answer({ type: "failure", id, error: toPlainError(error) });
  }
}

async function steer({ id, to }: Extract<HostRequest, { type: "steer" }>): Promise<void> {
  // Null where it has ended, which its last batch says.
  const generation = await generations.get(id)?.catch(() => null);
  if (generation != null) (await engine()).steer(generation, to);
}

async function call({ id, method, args }: Extract<HostRequest, { type: "call" }>): Promise<void> {
  try {
    const work = calls[method] as (...args: unknown[]) => Promise<unknown>;
    answer({ type: "value", id, value: await work(...args) });
  } catch (error) {
    answer({ type: "failure", id, error: toPlainError(error) });
  }
}

function answer(message: HostAnswer): void {
  process.send?.(message, () => {});
}

const handlers = { call, generate, steer };
process.on("message", (message: HostRequest) => handlers[message.type](message as never));
endWithParent();
