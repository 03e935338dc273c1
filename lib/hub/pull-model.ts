import { CallSite } from "../call-site.js";
import * as is from "../is.js";
import { MAIN } from "../models-folder.js";
import { modelsFolderOption, pairRepositories } from "./known-pairs.js";
import type { Pull, PullReport } from "./pull.js";
import type { PullProgress } from "./pull-progress.js";
import { repositoryId, revisionName } from "./repository-id.js";

interface PullSettings {
  /**
   * Where the models are put. Names are looked up in the default folder only.
   * @default $FORETOKEN_MODELS, or a folder where the system keeps users' data
   */
  modelsFolder?: string;
  /** Aborts with its reason; what has come stays in the hub's cache, and the next pull goes on there. */
  signal?: AbortSignal;
  /** Called with what is being fetched or converted, and how far that is. */
  onProgress?: (progress: PullProgress) => void;
}

export interface PullModelOptions extends PullSettings {
  /** owner/name */
  repository: string;
  /**
   * Branch, tag or commit.
   * @default "main"
   */
  revision?: string;
  /**
   * A GGUF file of the repository.
   * @default what the repository holds: its checkpoint, converted, or its one GGUF file, or the one in f16
   */
  file?: string;
}

export interface PullPairOptions extends PullSettings {
  /** Name of a pair that `knownPairs` lists. */
  pair: string;
}

export interface PullPairReport {
  pair: string;
  /** The target's, then the draft's; none for an embedded pair. */
  models: PullReport[];
}

/**
 * Gets a model from the hub, verifies it, converts it to GGUF f16 where it is a checkpoint, and puts it where `loadPair` and the
 * command line find it by name. Endpoint, token and cache come from huggingface_hub's environment variables. Does nothing where
 * the model of that commit is there.
 *
 * Rejects with OptionError, HubError, ModelError for what cannot be converted, or the signal's reason.
 */
export function pullModel(options: PullModelOptions): Promise<PullReport> {
  return new CallSite(pullModel).wait(async () => {
    const given = is.record("options", options);
    is.onlyKnownKeys("", given, ["repository", "revision", "file", ...SETTINGS]);
    const request = {
      repository: repositoryId("repository", given.repository),
      revision: is.optional(given.revision, (value) => revisionName("revision", value)) ?? MAIN,
      file: is.optional(given.file, (value) => is.nonEmptyString("file", value)),
      ...settings(given),
    };
    const { pull } = await import("./pull.js");
    return pull(request);
  });
}

/** Both models of a known pair, like `pullModel`. Rejects with PAIR_NAME_UNKNOWN, too. */
export function pullPair(options: PullPairOptions): Promise<PullPairReport> {
  return new CallSite(pullPair).wait(async () => {
    const given = is.record("options", options);
    is.onlyKnownKeys("", given, ["pair", ...SETTINGS]);
    const pair = is.nonEmptyString("pair", given.pair);
    const common = settings(given);
    const repositories = await pairRepositories(pair);
    const { pull } = await import("./pull.js");
    const models: PullReport[] = [];
    for (const repository of repositories)
      models.push(await pull({ repository, revision: MAIN, file: null, ...common }));
    return { pair, models };
  });
}

const SETTINGS = ["modelsFolder", "signal", "onProgress"];

function settings(given: Record<string, unknown>): Pick<Pull, "modelsFolder" | "signal" | "onProgress"> {
  return { modelsFolder: modelsFolderOption(given.modelsFolder), ...callbacks(given) };
}

/** The options of everything that fetches. */
export function callbacks(given: Record<string, unknown>): Pick<Pull, "signal" | "onProgress"> {
  const { signal, onProgress = () => {} } = given;
  if (typeof onProgress !== "function") throw is.invalid("onProgress", "function", onProgress);
  return {
    signal: is.optional(signal, (value) => is.abortSignal("signal", value)) ?? undefined,
    onProgress: onProgress as Pull["onProgress"],
  };
}
