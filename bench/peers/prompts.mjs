// The prompts that peers are compared on.
import { readDial } from "../../dist/bench/dialled.js";
import { demoPrompts } from "../prompts.mjs";

/** The first texts of the demo; of a dialled model its starts, written out. */
export async function promptsFor({ target, prompts: count }) {
  const dial = await readDial(target);
  if (dial === null) return demoPrompts.slice(0, count).map(({ text }) => text);
  const start = (token) => `${Array.from({ length: 15 }, (_, i) => `<t${300 + i}>`).join("")}<t${token}>`;
  return dial.starts
    .filter((token) => token >= 256)
    .slice(0, count)
    .map(start);
}
