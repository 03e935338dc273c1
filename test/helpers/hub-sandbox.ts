import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { writeCheckpoint } from "./checkpoint.js";
import { cli } from "./cli.js";
import { HubServer } from "./hub-server.js";
import type { Format } from "./weights.js";

/** The report's pairs, as tiny random checkpoints of their families. */
export const REPORT_PAIRS: Record<
  string,
  { family: string; format: Format; repositories: [string, string] }
> = {
  "pythia-1.4b": {
    family: "gpt-neox",
    format: "safetensors",
    repositories: ["EleutherAI/pythia-1.4b-deduped", "EleutherAI/pythia-160m-deduped"],
  },
  "opt-350m": {
    family: "opt, norm after, projections",
    format: "bin",
    repositories: ["facebook/opt-350m", "facebook/opt-125m"],
  },
  "codegen-misaligned": {
    family: "codegen",
    format: "sharded-bin",
    repositories: ["Salesforce/codegen-2B-mono", "Salesforce/codegen-350M-multi"],
  },
};

export const PYTHIA = "EleutherAI/pythia-160m-deduped";

/** A server, and an empty cache and models folder with the environment that says so. */
export async function hubSandbox(t: Test, folder = t.testdir()) {
  const server = await HubServer.start();
  t.teardown(() => server.close());
  const models = join(folder, "models");
  const cache = join(folder, "home", "hub");
  const env: NodeJS.ProcessEnv = {
    HF_ENDPOINT: server.url,
    HF_HOME: join(folder, "home"),
    HF_TOKEN: "",
    HF_HUB_CACHE: "",
    HUGGINGFACE_HUB_CACHE: "",
    HF_HUB_OFFLINE: "",
    FORETOKEN_MODELS: models,
  };
  return {
    folder,
    server,
    models,
    cache,
    env,
    /** Serves a tiny checkpoint. */
    addCheckpoint(id: string, family = "gpt-neox", format: Format = "safetensors", seed = 1): string {
      const source = join(folder, "sources", id);
      writeCheckpoint(source, family, { format, seed });
      return server.add(id, source);
    },
    source: (id: string, file: string) => join(folder, "sources", id, file),
    cli: (args: string[], more: Parameters<typeof cli>[1] = {}) =>
      cli(args, { ...more, env: { ...env, ...more.env } }),
    /** For the library in this process. */
    useEnvironment(more: NodeJS.ProcessEnv = {}): void {
      const all = { ...env, ...more };
      const before = Object.fromEntries(Object.keys(all).map((key) => [key, process.env[key]]));
      Object.assign(process.env, all);
      t.teardown(() => {
        for (const [key, value] of Object.entries(before)) {
          if (value === undefined) delete process.env[key];
          else process.env[key] = value;
        }
      });
    },
    modelFiles: () => (existsSync(models) ? readdirSync(models).sort() : []),
    /** What of a repository has begun to come but is not whole. */
    incomplete: (id: string) => {
      const blobs = join(cache, `models--${id.replace("/", "--")}`, "blobs");
      return existsSync(blobs)
        ? readdirSync(blobs)
            .filter((name) => name.endsWith(".incomplete"))
            .map((name) => join(blobs, name))
        : [];
    },
  };
}
