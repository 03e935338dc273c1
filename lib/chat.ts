import { ChatTemplate } from "./chat-template.js";
import { createError } from "./errors.js";
import * as is from "./is.js";
import { definedEntries } from "./json-schema/json-value.js";
import type { NativeModel } from "./native.js";
import type { GenerateOptions } from "./options.js";

/** A turn of a chat. What else it holds (`name`, `tool_calls`, …) is handed to the template as it is. */
export interface ChatMessage {
  /** "system", "user", "assistant", "tool", or what the model's template knows. */
  role: string;
  /** Texts of several parts are joined by line feeds. May be left out beside `tool_calls`. */
  content?: string | readonly { type: "text"; text: string }[] | null;
  [more: string]: unknown;
}

export interface ChatOptions extends GenerateOptions {
  /**
   * Jinja template instead of the model's own.
   * @default the file's `tokenizer.chat_template`
   */
  chatTemplate?: string;
  /**
   * Descriptions of functions, handed to the template.
   * @default none
   */
  tools?: readonly object[];
  /**
   * Further variables of the template, such as `enable_thinking`.
   * @default none
   */
  templateVariables?: Record<string, unknown>;
}

const CHAT_KEYS = [
  "chatTemplate",
  "tools",
  "templateVariables",
] as const satisfies readonly (keyof ChatOptions)[];

/** Chats as prompts of one model. */
export class Chats {
  readonly #model: NativeModel;
  #own: ChatTemplate | null = null;

  constructor(model: NativeModel) {
    this.#model = model;
  }

  /** The text that a chat is written as, up to where the answer begins. Throws what `request` throws, and OPTION_UNKNOWN. */
  render(messages: unknown, input: unknown): string {
    const options = is.record("options", input);
    is.onlyKnownKeys("", options, CHAT_KEYS);
    return render(this.#template(options), messages, options);
  }

  /**
   * A chat as a prompt, the options of its generation, and what ends a turn besides what they say. Throws OPTION_INVALID,
   * CHAT_TEMPLATE_MISSING, CHAT_TEMPLATE_INVALID, CHAT_FAILED.
   */
  request(messages: unknown, input: unknown) {
    const { chatTemplate, tools, templateVariables, ...options } = is.record("options", input);
    const template = this.#template({ chatTemplate });
    const prompt = template.tokens(render(template, messages, { tools, templateVariables }));
    return { prompt, options, ends: template.ends };
  }

  #template({ chatTemplate }: Record<string, unknown>): ChatTemplate {
    if (chatTemplate !== undefined)
      return new ChatTemplate(this.#model, is.nonEmptyString("chatTemplate", chatTemplate));
    if (this.#model.chatTemplate === "") {
      throw createError(
        "CHAT_TEMPLATE_MISSING",
        "Expected a model with a chat template but its file has none",
      );
    }
    this.#own ??= new ChatTemplate(this.#model, this.#model.chatTemplate);
    return this.#own;
  }
}

function render(template: ChatTemplate, messages: unknown, options: Record<string, unknown>): string {
  const { tools, templateVariables } = options;
  return template.render({
    ...(templateVariables === undefined ? {} : is.record("templateVariables", templateVariables)),
    ...(tools === undefined ? {} : { tools: toolList(tools) }),
    messages: messageList(messages),
    add_generation_prompt: true,
  });
}

function toolList(tools: unknown): unknown[] {
  if (!Array.isArray(tools)) throw is.invalid("tools", "array of objects", tools);
  return tools.map((tool, i) => is.record(`tools[${i}]`, tool));
}

function messageList(messages: unknown): unknown[] {
  if (!Array.isArray(messages) || messages.length === 0)
    throw is.invalid("messages", "array of at least one message", messages);
  return messages.map((value, i) => {
    const message = is.record(`messages[${i}]`, value);
    const role = is.nonEmptyString(`messages[${i}].role`, message.role);
    const more = Object.fromEntries(definedEntries(message));
    return { ...more, role, content: contentOf(`messages[${i}].content`, message) };
  });
}

function contentOf(name: string, { content, tool_calls }: Record<string, unknown>): string {
  if (typeof content === "string") return content;
  if (content == null && Array.isArray(tool_calls)) return "";
  if (!Array.isArray(content)) throw is.invalid(name, "string or array of text parts", content);
  const texts = content.map((part: unknown, i) => {
    if (is.isRecord(part) && part.type === "text" && typeof part.text === "string") return part.text;
    throw is.invalid(`${name}[${i}]`, `{ type: "text", text }`, part);
  });
  return texts.join("\n");
}
