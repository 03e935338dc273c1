import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { native } from "./native.js";

/** Where and with what a measurement was made. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryBytes: number;
  platform: string;
  node: string;
  /** CPU features the inference library uses. */
  features: string;
  llamaCpp: string;
  /** Commit of this package's checkout, with "+changes" where it has any; null outside one. */
  commit: string | null;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    features: native.systemInfo(),
    llamaCpp: native.llamaCppRelease,
    commit: commit(fileURLToPath(new URL("../", import.meta.url))),
  };
}

function commit(root: string): string | null {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    // Installed as a dependency, the checkout around it is another project's.
    if (git("rev-parse", "--show-prefix") !== "") return null;
    return git("rev-parse", "HEAD") + (git("status", "--porcelain") === "" ? "" : "+changes");
  } catch {
    return null;
  }
}
