import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createError, isErrorCode } from "../errors.js";
import type { Answer, Task } from "./case-types.js";

const PROCESS = fileURLToPath(new URL("./case-process.js", import.meta.url));

type Result<T extends Task["type"]> = Extract<Answer, { type: T }>;

/**
 * Runs a task in a process of its own. Rejects with what it failed with, BENCHMARK_FAILED where the process ended by itself, and
 * the signal's reason.
 */
export function runTask<T extends Task["type"]>(
  task: Extract<Task, { type: T }>,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: (text: string) => void } = {},
): Promise<Result<T>> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = fork(PROCESS, { stdio: ["ignore", 2, 2, "ipc"], serialization: "advanced" });
    const abort = () => {
      child.kill("SIGKILL");
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort);
    child.on("message", (answer: Answer) => {
      if (answer.type === "progress") onProgress?.(answer.text);
      else if (answer.type === "error") reject(toError(answer));
      else resolve(answer as Result<T>);
    });
    child.once("error", reject);
    // Not "exit", after which its answer may still come.
    child.once("close", (code, killed) => {
      signal?.removeEventListener("abort", abort);
      reject(
        createError(
          "BENCHMARK_FAILED",
          `Expected the measuring process to answer but it ended with ${killed ?? `code ${code}`}`,
        ),
      );
    });
    child.send(task);
  });
}

function toError({ code, message }: Extract<Answer, { type: "error" }>): Error {
  return code !== null && isErrorCode(code)
    ? Object.assign(createError(code, ""), { message })
    : new Error(message);
}
