import { createError } from "../errors.js";
import type {
  NativeBatch,
  NativeCostProfile,
  NativeEngine,
  NativePass,
  NativeRequest,
  SavedText,
  Steering,
} from "../native.js";
import type { EnginePlan } from "../open-engine.js";
import { PairProcess } from "./pair-process.js";

/** The process of now; the next one takes its place. */
interface Slot {
  process: PairProcess;
}

/** Ends the processes of engines that were forgotten unclosed. */
const forgotten = new FinalizationRegistry<Slot>(({ process }) => process.end());

/** An engine in another process. When that has died, the next request starts one that loads the same. */
export class RemoteEngine implements NativeEngine {
  readonly #plan: EnginePlan;
  readonly #slot: Slot;
  #isClosed = false;

  constructor(process: PairProcess, plan: EnginePlan) {
    this.#plan = plan;
    this.#slot = { process };
    forgotten.register(this, this.#slot);
  }

  generate(request: NativeRequest, onBatch: (batch: NativeBatch) => void): number {
    return this.#process().generate(request, onBatch);
  }

  steer(id: number, to: Steering): void {
    this.#slot.process.steer(id, to);
  }

  async measure(passes: NativePass[], past: number, repeats: number): Promise<number[]> {
    return this.#process().call("measure", passes, past, repeats);
  }

  async profile(): Promise<NativeCostProfile> {
    return this.#process().call("profile");
  }

  async save(tokens: Int32Array): Promise<SavedText> {
    return this.#process().call("save", tokens);
  }

  async restore(saved: SavedText): Promise<boolean> {
    return this.#process().call("restore", saved);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#slot.process.end();
  }

  /** Throws ENGINE_CLOSED and PAIR_PROCESS_DIED. */
  #process(): PairProcess {
    if (this.#isClosed) throw createError("ENGINE_CLOSED", "Expected an open engine but this one is closed");
    if (this.#slot.process.isOver) {
      const next = new PairProcess();
      // Whoever asks for something is told why it could not be loaded.
      next.load(this.#plan, null).catch(() => {});
      this.#slot.process = next;
    }
    return this.#slot.process;
  }
}
