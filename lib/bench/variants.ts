import { createError, type OptionError } from "../errors.js";
import * as is from "../is.js";
import { MAX_SEQUENCES } from "../resolve-options.js";
import type { Case } from "./case-types.js";
import type { PlanOptions, Preset } from "./plan.js";

export type Variant = Pick<Case, "draft" | "temperature" | "sweep" | "concurrency">;

/** Every setting, at each concurrency asked for. */
export function variantsOf(preset: Preset, options: PlanOptions): Variant[] {
  const { sweep, concurrency = preset.concurrency ?? [null] } = options;
  if (sweep !== undefined && options.concurrency !== undefined) throw both("a sweep or concurrencies");
  if (sweep?.parameter === "draft.maxTokens" && options.settings !== undefined)
    throw both("a sweep of draft lengths or draft settings");
  if (sweep?.parameter === "temperature" && options.temperatures !== undefined)
    throw both("a sweep of temperatures or temperatures");
  const levels = sweep === undefined ? concurrency : [null];
  for (const atOnce of levels) if (atOnce !== null) is.integer("concurrency", atOnce, 1, MAX_SEQUENCES);
  return settingsOf(preset, options).flatMap((setting) =>
    levels.map((atOnce) => ({ ...setting, concurrency: atOnce })),
  );
}

function both(alternatives: string): OptionError {
  return createError("OPTION_INVALID", `Expected ${alternatives} but received both`);
}

function settingsOf(
  preset: Preset,
  { settings, sweep, temperatures = preset.temperatures }: PlanOptions,
): Omit<Variant, "concurrency">[] {
  const drafts = settings ?? preset.drafts;
  if (sweep?.parameter === "draft.maxTokens") {
    const swept = sweep.values.map((value) => ({
      draft: { policy: "fixed", maxTokens: value } as const,
      sweep: { parameter: sweep.parameter, value },
    }));
    // The policy's own choice, to be marked among them.
    const all = [...swept, { draft: { policy: "adaptive" } as const, sweep: null }];
    return temperatures.flatMap((temperature) => all.map((variant) => ({ ...variant, temperature })));
  }
  if (sweep?.parameter === "temperature") {
    return drafts.flatMap((draft) =>
      sweep.values.map((value) => ({
        draft,
        temperature: value,
        sweep: { parameter: sweep.parameter, value },
      })),
    );
  }
  return drafts.flatMap((draft) => temperatures.map((temperature) => ({ draft, temperature, sweep: null })));
}

/** The draft's settings in words. */
export function describeVariant({
  draft: { type, policy = "adaptive", maxTokens, minConfidence },
  temperature,
}: Variant): string {
  return [
    ...(type === undefined || type === "model" ? [] : [type]),
    policy,
    ...(maxTokens === undefined ? [] : [policy === "fixed" ? String(maxTokens) : `≤ ${maxTokens}`]),
    ...(minConfidence === undefined ? [] : [`p ≥ ${minConfidence}`]),
    ...(temperature === 0 ? [] : [`temperature ${temperature}`]),
  ].join(" ");
}
