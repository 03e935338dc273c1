/** Metrics for Prometheus: "foretoken/prometheus", an entry of its own, so that prom-client is needed by those who use it only. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { ForetokenError, type Pair, type PairEvents, type PairMetrics } from "./index.js";

const PREFIX = "foretoken_";
/** From a small model's token to a long text. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

type Read = (metrics: PairMetrics) => number;

const GAUGES: Record<string, [help: string, read: Read]> = {
  requests_running: ["Requests that are decoded.", ({ running }) => running],
  requests_queued: ["Requests that wait for a place among those.", ({ queued }) => queued],
};

const COUNTERS: Record<string, [help: string, read: Read]> = {
  requests_failed_total: ["Requests that ended with an error.", ({ failed }) => failed],
  prompt_tokens_total: ["Prompt tokens of ended requests.", ({ promptTokens }) => promptTokens],
  cached_tokens_total: ["Of those, what the cache held already.", ({ cachedTokens }) => cachedTokens],
  generated_tokens_total: ["Tokens generated.", ({ generatedTokens }) => generatedTokens],
  rounds_total: ["Rounds of drafting and verifying.", ({ rounds }) => rounds],
  proposed_tokens_total: ["Tokens proposed by the draft.", ({ proposed }) => proposed],
  accepted_tokens_total: ["Proposed tokens that the target accepted.", ({ accepted }) => accepted],
  corrections_total: ["Rounds that ended with a correction.", ({ corrections }) => corrections],
  target_passes_total: ["Forward passes of the target.", ({ targetPasses }) => targetPasses],
  draft_passes_total: ["Forward passes of the draft.", ({ draftPasses }) => draftPasses],
  target_pass_tokens_total: ["Tokens in passes of the target.", ({ targetTokens }) => targetTokens],
  draft_pass_tokens_total: ["Tokens in passes of the draft.", ({ draftTokens }) => draftTokens],
  busy_seconds_total: ["Time in which there was anything to do.", ({ busyMs }) => busyMs / 1000],
};

/**
 * A registry with the metrics of pairs, told apart by the label `pair`: serve its `metrics()`, or merge it with your own by
 * `Registry.merge`. A closed pair is left out.
 */
export function prometheusRegistry(pairs: Readonly<Record<string, Pair>>): Registry {
  const registry = new Registry();
  const common = (name: string, help: string) => ({
    name: PREFIX + name,
    help,
    registers: [registry],
  });
  const observer =
    (pair: string) =>
    ({ firstTokenMs, totalMs }: PairEvents["end"][0]) => {
      if (firstTokenMs !== null) firstToken.observe({ pair }, firstTokenMs / 1000);
      whole.observe({ pair }, totalMs / 1000);
    };
  const open = new Map(
    Object.entries(pairs).map(([name, pair]) => [name, { pair, observe: observer(name) }] as const),
  );
  const each = (then: (metrics: PairMetrics, pair: string) => void) => {
    for (const [name, { pair, observe }] of open) {
      const metrics = metricsOf(pair);
      if (metrics === null) forget(name, pair, observe);
      else then(metrics, name);
    }
  };
  const forget = (name: string, pair: Pair, observe: ReturnType<typeof observer>) => {
    open.delete(name);
    pair.events.off("end", observe);
    for (const histogram of [firstToken, whole]) histogram.remove({ pair: name });
  };
  for (const [name, [help, read]] of Object.entries(GAUGES)) {
    new Gauge({
      ...common(name, help),
      labelNames: ["pair"],
      collect() {
        this.reset();
        each((metrics, pair) => this.set({ pair }, read(metrics)));
      },
    });
  }
  for (const [name, [help, read]] of Object.entries(COUNTERS)) {
    new Counter({
      ...common(name, help),
      labelNames: ["pair"],
      collect() {
        this.reset();
        each((metrics, pair) => this.inc({ pair }, read(metrics)));
      },
    });
  }
  new Counter({
    ...common("requests_finished_total", "Requests that ended, by their reason."),
    labelNames: ["pair", "reason"],
    collect() {
      this.reset();
      each(({ finished }, pair) => {
        for (const [reason, count] of Object.entries(finished)) this.inc({ pair, reason }, count);
      });
    },
  });
  const histogram = (name: string, help: string) =>
    new Histogram({
      ...common(name, help),
      labelNames: ["pair"],
      buckets: SECONDS,
      // It is told of ends as they come: what is to be done here is to leave closed pairs out.
      collect: () => each(() => {}),
    });
  const firstToken = histogram("first_token_seconds", "Time to the first token, waiting included.");
  const whole = histogram("request_seconds", "Time of whole requests, waiting included.");
  for (const { pair, observe } of open.values()) pair.events.on("end", observe);
  return registry;
}

function metricsOf(pair: Pair): PairMetrics | null {
  try {
    return pair.metrics();
  } catch (error) {
    if (error instanceof ForetokenError && error.code === "PAIR_CLOSED") return null;
    throw error;
  }
}
