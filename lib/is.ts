import { createError, type OptionError } from "./errors.js";

/** The option name a user most likely meant, for "did you mean" hints. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  return known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** "Expected … for … but received … of type …", the one sentence every bad argument is reported with. */
export function invalid(name: string, expected: string, actual: unknown): OptionError {
  return createError("OPTION_INVALID", `Expected ${expected} for ${name} but received ${describe(actual)}`);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (typeof value === "object") return `${Array.isArray(value) ? "an array" : "a value"} of type object`;
  if (typeof value === "function") return "a value of type function";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `${text.length > 60 ? `${text.slice(0, 57)}…` : text} of type ${typeof value}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record(name: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw invalid(name, "object", value);
  return value;
}

export function integer(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(name, `integer between ${min} and ${max}`, value);
  }
  return value;
}

export function number(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw invalid(name, `number between ${min} and ${max}`, value);
  }
  return value;
}

export function oneOf<const T extends string>(name: string, value: unknown, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw invalid(name, known.map((one) => JSON.stringify(one)).join(" or "), value);
  return found;
}

/** Checks an option that may be left out. */
export function optional<T>(value: unknown, check: (value: unknown) => T): T | null {
  return value === undefined ? null : check(value);
}

export function boolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw invalid(name, "boolean", value);
  return value;
}

export function nonEmptyString(name: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw invalid(name, "non-empty string", value);
  return value;
}

export function abortSignal(name: string, value: unknown): AbortSignal {
  if (!(value instanceof AbortSignal)) throw invalid(name, "AbortSignal", value);
  return value;
}

/** Throws OPTION_UNKNOWN for the first key that is not among the known ones. */
export function onlyKnownKeys(path: string, value: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw createError(
    "OPTION_UNKNOWN",
    `Expected only ${known.join(", ")} ${path === "" ? "as options" : `in ${path}`} but received ${JSON.stringify(unknown)}` +
      (meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`),
  );
}
