import { createError } from "../errors.js";

export const SWEPT = ["draft.maxTokens", "temperature"] as const;

export interface Sweep {
  parameter: (typeof SWEPT)[number];
  values: number[];
}

/** "draft.maxTokens=1..20", "temperature=0,0.5,1". Throws OPTION_INVALID. */
export function parseSweep(text: string): Sweep {
  const [parameter = "", list = ""] = text.split("=", 2);
  const known = SWEPT.find((one) => one === parameter);
  const range = /^(\d+)\.\.(\d+)$/.exec(list);
  const values = range
    ? Array.from(
        { length: Math.max(0, Number(range[2]) - Number(range[1]) + 1) },
        (_, i) => Number(range[1]) + i,
      )
    : list.split(",").map((value) => (value.trim() === "" ? Number.NaN : Number(value)));
  const [low, high] = known === "temperature" ? [0, 100] : [1, 64];
  const fits = (value: number) =>
    value >= low && value <= high && (known === "temperature" || Number.isInteger(value));
  if (known === undefined || values.length === 0 || values.length > 64 || !values.every(fits)) {
    throw createError(
      "OPTION_INVALID",
      `Expected draft.maxTokens=1..20 (rising, 1 to 64) or temperature=0,0.5,1 (0 to 100) for the sweep but received ${JSON.stringify(text)}`,
    );
  }
  return { parameter: known, values };
}
