import { type Ended, run } from "./child.js";

/** Runs the command line as it is installed. */
export function cli(args: string[], options: Parameters<typeof run>[2] = {}): Promise<Ended> {
  return run("dist/cli/main.js", args, options);
}
