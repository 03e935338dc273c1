// @ts-check
// The one error of wrong arguments in this folder. Needs nothing.

/** Says what was expected and what came. */
export class InvalidArgument extends Error {
  /** @override */
  name = "InvalidArgument";
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
export function integer(name, value, least, most) {
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most)
    throw new InvalidArgument(
      `Expected an integer from ${least} to ${most} for ${name} but received ${shown(value)}`,
    );
  return Number(value);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {number}
 */
export function share(name, value) {
  if (typeof value !== "number" || !(value >= 0 && value <= 1))
    throw new InvalidArgument(`Expected a number from 0 to 1 for ${name} but received ${shown(value)}`);
  return value;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {readonly string[]} names
 * @returns {string}
 */
export function oneOf(name, value, names) {
  if (typeof value !== "string" || !names.includes(value))
    throw new InvalidArgument(`Expected one of ${names.join(", ")} for ${name} but received ${shown(value)}`);
  return value;
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
