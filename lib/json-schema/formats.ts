import { type Pattern, parsePattern } from "./pattern.js";
import { shown, unsupportedSchema } from "./schema-error.js";

const LEAP_YEAR = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const DATE = [
  "(?:\\d{4}-(?:",
  "(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|",
  "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|",
  "02-(?:0[1-9]|1\\d|2[0-8]))|",
  `${LEAP_YEAR}-02-29)`,
].join("");
/** At most nine digits of a second's fraction, so that they end. */
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[-+](?:[01]\\d|2[0-3]):[0-5]\\d)";

/** RFC 3339 with capital letters and without leap seconds, and RFC 4122. */
const FORMATS = new Map([
  ["date", DATE],
  ["time", TIME],
  ["date-time", `${DATE}T${TIME}`],
  ["uuid", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"],
]);

/**
 * The texts of a `format`. Only dates that exist are: 29 February in leap years alone.
 * @throws SCHEMA_UNSUPPORTED for formats other than date, time, date-time and uuid.
 */
export function formatPattern(format: string, pointer: string): Pattern {
  const source = FORMATS.get(format);
  if (source === undefined) {
    throw unsupportedSchema(pointer, `one of ${[...FORMATS.keys()].join(", ")}`, shown(format));
  }
  return parsePattern(`^${source}$`, pointer);
}
