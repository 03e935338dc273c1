import type { Command } from "commander";

/**
 * Refuses the negated option beside the ones it makes pointless. Commander's own conflicts() cannot: --draft and
 * --no-draft are one value to it, of which the last given would win.
 */
export function refuseBeside(command: Command, negated: string, names: readonly string[]): void {
  const given = new Set<string>();
  for (const name of [negated, ...names]) command.on(`option:${name}`, () => given.add(name));
  command.hook("preAction", () => {
    const other = names.find((name) => given.has(name));
    if (given.has(negated) && other !== undefined)
      command.error(`error: option '--${negated}' cannot be used with option '--${other}'`);
  });
}
