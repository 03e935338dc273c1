/** What the window and the process of the pair say to each other: plain data, over one MessagePort. */

export type Origin = "draft" | "correction" | "bonus" | "plain";

/** What the window may choose. The pair's process refuses anything else with the library's own errors. */
export interface PromptOptions {
  /** 1…1048576. */
  maxTokens?: number;
  /** 0…100; 0 takes the likeliest token. */
  temperature?: number;
  /** `false`: the target alone. */
  draft?: false;
}

/** An error as data: a port clones an Error without its code. */
export interface ErrorData {
  name: string;
  /** The library's stable code, or null where the error is not the library's. */
  code: string | null;
  message: string;
}

export interface PairSummary {
  target: string;
  draft: string | null;
}

export interface EndData {
  finishReason: string;
  tokens: number;
  tokensPerRound: number | null;
  /** α, 0…1. */
  agreement: number | null;
  tokensPerSecond: number | null;
}

/** From the window. `id`: the window's own number for a generation. */
export type Request =
  | { type: "generate"; id: number; prompt: string; options?: PromptOptions }
  | { type: "stop"; id: number };

/** From the process of the pair. An error with an `id` ends that generation; without one the models could not be loaded. */
export type PairEvent =
  | { type: "loading"; fraction: number }
  | { type: "ready"; pair: PairSummary }
  | { type: "tokens"; id: number; tokens: { text: string; origin: Origin }[] }
  | { type: "end"; id: number; end: EndData }
  | { type: "error"; id: number | null; error: ErrorData };

/** An event before it is said of which generation. */
export type WithoutId<E> = E extends unknown ? Omit<E, "id"> : never;

/** From the main process: the process of the pair has ended on its own. */
export type ProcessEvent = { type: "process-ended"; code: number; restarting: boolean };

/** All that the sandboxed page has beside the web's own interfaces: `window.pair`. */
export interface PairBridge {
  generate(id: number, prompt: string, options?: PromptOptions): void;
  stop(id: number): void;
  /** Sets the one listener; what has come before is given to it at once. */
  onEvent(listener: (event: PairEvent | ProcessEvent) => void): void;
}
