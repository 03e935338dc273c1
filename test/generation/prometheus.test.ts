import { readdirSync, readFileSync } from "node:fs";
import { Gauge, Registry } from "prom-client";
import t from "tap";
import { prometheusRegistry } from "../../lib/prometheus.js";
import { fable } from "../helpers/fable.js";

const options = { maxTokens: 12, ignoreEnd: true };

t.test("every scrape shows what the pairs have done by then", async (t) => {
  const [a, b] = [await fable(t), await fable(t, { draft: false })];
  const registry = prometheusRegistry({ a, b });
  t.match(await registry.metrics(), 'foretoken_generated_tokens_total{pair="a"} 0\n');
  await a.complete("Once upon a time", options);
  await a.complete("The fox", options);
  await b.complete("Once", options);
  await new Promise((resolve) => setImmediate(resolve));
  const text = await registry.metrics();
  const { accepted, proposed } = a.metrics();
  for (const line of [
    "# TYPE foretoken_generated_tokens_total counter",
    'foretoken_generated_tokens_total{pair="a"} 24',
    'foretoken_generated_tokens_total{pair="b"} 12',
    'foretoken_requests_finished_total{pair="a",reason="length"} 2',
    'foretoken_requests_running{pair="a"} 0',
    `foretoken_accepted_tokens_total{pair="a"} ${accepted}`,
    `foretoken_proposed_tokens_total{pair="a"} ${proposed}`,
    'foretoken_proposed_tokens_total{pair="b"} 0',
    'foretoken_first_token_seconds_count{pair="a"} 2',
    'foretoken_request_seconds_bucket{le="+Inf",pair="b"} 1',
  ])
    t.ok(text.split("\n").includes(line), line);
  t.equal(await registry.metrics(), text, "scraping adds nothing");

  await a.close();
  const after = await registry.metrics();
  t.notMatch(after, /pair="a"/, "a closed pair is left out");
  t.equal(a.events.listenerCount("end"), 0);
  t.match(after, /generated_tokens_total\{pair="b"\} 12/);
  t.match(after, /request_seconds_count\{pair="b"\} 1/);
});

t.test("prom-client is loaded by nothing but its own entry", async (t) => {
  const lib = new URL("../../lib/", import.meta.url);
  const importing = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".ts") &&
      /"(prom-client|.*\/prometheus\.js)"/.test(readFileSync(new URL(name, lib), "utf8")),
  );
  t.strictSame(importing, ["prometheus.ts"]);
});

t.test("it can be merged with the metrics of a server", async (t) => {
  const pair = await fable(t);
  const own = new Registry();
  new Gauge({ name: "server_up", help: "x", registers: [own] }).set(1);
  const text = await Registry.merge([own, prometheusRegistry({ pair })]).metrics();
  t.match(text, /server_up 1/);
  t.match(text, /foretoken_requests_queued\{pair="pair"\} 0/);
});
