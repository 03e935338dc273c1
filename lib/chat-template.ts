import { Template } from "@huggingface/jinja";
import { createError } from "./errors.js";
import type { NativeModel } from "./native.js";
import { tokensOfText } from "./prompt.js";

/** Texts that no template writes by itself. */
const PROBES = { question: "\u{e000}question\u{e000}", answer: "\u{e000}answer\u{e000}" };
/** What turns begin and end with: `<|im_end|>`, `[INST]`; else a line, such as `### User:`. */
const MARKER = /^\s*(<[^<>\s]+>|\[[^[\]\s]+\])|^(\s*\S[^\n]*)/;

/** What ends an answer, as options of its generation are. */
export interface TurnEnds {
  stop: readonly string[];
  stopTokens: readonly number[];
}

const NO_ENDS: TurnEnds = { stop: [], stopTokens: [] };

/** How a model wants its chats written. */
export class ChatTemplate {
  readonly #model: NativeModel;
  readonly #template: Template;
  readonly #specials: { bos_token: string; eos_token: string };
  #ends: TurnEnds | null = null;

  /** Throws CHAT_TEMPLATE_INVALID. */
  constructor(model: NativeModel, source: string) {
    const { bos, eos } = model.vocabulary;
    // Where a file names no BOS, llama.cpp has some token for it that belongs to texts.
    const textOf = (id: number) =>
      id >= 0 && isSpecial(model, id) ? model.detokenize(Int32Array.of(id), true) : "";
    this.#model = model;
    this.#specials = { bos_token: textOf(bos), eos_token: textOf(eos) };
    try {
      this.#template = new Template(source);
    } catch (error) {
      throw createError(
        "CHAT_TEMPLATE_INVALID",
        `Expected a chat template in Jinja but got ${messageOf(error)}`,
      );
    }
  }

  /** Throws CHAT_FAILED with the template's own words where it refuses what it is given. */
  render(variables: Record<string, unknown>): string {
    try {
      return this.#template.render({ ...this.#specials, ...variables });
    } catch (error) {
      throw createError(
        "CHAT_FAILED",
        `the model's chat template refuses these messages: ${messageOf(error)}`,
      );
    }
  }

  /** The tokens of what was rendered, with one BOS where the model wants it, written out by the template or not. */
  tokens(text: string): Int32Array {
    const { bos, addBos } = this.#model.vocabulary;
    const { bos_token } = this.#specials;
    const tokens = tokensOfText(this.#model, text, false, true);
    if (!addBos || bos < 0 || (bos_token !== "" && text.startsWith(bos_token))) return tokens;
    const begun = new Int32Array(tokens.length + 1).fill(bos, 0, 1);
    begun.set(tokens, 1);
    return begun;
  }

  /**
   * What the template writes behind an answer, where that is not the token that ends a text anyway: one token of its own, or a
   * text, since models whose vocabulary lacks the template's end of turn write it out.
   */
  get ends(): TurnEnds {
    this.#ends ??= this.#findEnds();
    return this.#ends;
  }

  #findEnds(): TurnEnds {
    const messages = [
      { role: "user", content: PROBES.question },
      { role: "assistant", content: PROBES.answer },
      { role: "user", content: PROBES.question },
    ];
    let text: string;
    try {
      text = this.#template.render({ ...this.#specials, messages, add_generation_prompt: false });
    } catch {
      return NO_ENDS;
    }
    const [, behind = ""] = text.split(PROBES.answer);
    const between = behind.slice(0, Math.max(0, behind.indexOf(PROBES.question)));
    const { eos, eot } = this.#model.vocabulary;
    const [, marker, line] = MARKER.exec(between) ?? [];
    const stop = marker ?? line?.trimEnd();
    if (stop === undefined) return NO_ENDS;
    const [first, ...more] = tokensOfText(this.#model, stop, false, true);
    if (first === undefined || first === eos || first === eot) return NO_ENDS;
    const isOneToken = more.length === 0 && isSpecial(this.#model, first);
    return isOneToken ? { stop: [], stopTokens: [first] } : { stop: [stop], stopTokens: [] };
  }
}

/** Whether a token is no part of a text. */
function isSpecial(model: NativeModel, id: number): boolean {
  return model.detokenize(Int32Array.of(id), false) === "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
