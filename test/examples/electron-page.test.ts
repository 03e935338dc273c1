/** The Electron example's page in headless Chromium, served as its scheme serves it, with a bridge that the test plays. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import puppeteer, { type Page } from "puppeteer-core";
import t, { type Test } from "tap";
import type { PairEvent, ProcessEvent } from "../../examples/electron/messages.js";
import { answer } from "../../examples/electron/page-files.mjs";
import { chromium } from "../helpers/chromium.js";

const executablePath = chromium();
if (executablePath === null) {
  t.comment("skipped: no chromium on PATH and none in CHROMIUM");
  t.pass("what the page is served with is tested in electron-supervisor.test.ts");
  process.exit();
}

const server = createServer(async ({ url }, response) => {
  // A browser asks for an icon where Electron does not.
  const { status, headers, body } =
    url === "/favicon.ico" ? new Response(null, { status: 204 }) : await answer(`app://foretoken${url}`);
  response.writeHead(status, Object.fromEntries(headers));
  for await (const bytes of body ?? []) response.write(bytes);
  response.end();
});
await once(server.listen(0, "127.0.0.1"), "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`;
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"], timeout: 60_000 });
t.teardown(async () => {
  await browser.close();
  server.close();
});

const BRIDGE = `{
  const calls = [];
  let listener;
  window.pair = {
    generate: (...call) => calls.push(["generate", ...call]),
    stop: (...call) => calls.push(["stop", ...call]),
    onEvent: (given) => { listener = given; },
  };
  window.played = { calls, emit: (event) => listener(event) };
  window.violations = [];
  addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
}`;

async function open(t: Test) {
  const page: Page = await browser.newPage();
  t.teardown(() => page.close());
  page.on("pageerror", (error) => t.fail(`error: ${error}`));
  await page.evaluateOnNewDocument(BRIDGE);
  await page.goto(url);
  const value = (expression: string) => page.evaluate(expression);
  return {
    page,
    value,
    emit: (event: PairEvent | ProcessEvent) => value(`played.emit(${JSON.stringify(event)})`),
    text: (id: string) => value(`document.getElementById("${id}").textContent`),
    usable: () => value(`["generate", "stop"].filter((id) => !document.getElementById(id).disabled)`),
  };
}

const ready: PairEvent = { type: "ready", pair: { target: "t.gguf", draft: "d.gguf" } };

t.test("tokens are coloured by origin, Stop works, the policy is kept", async (t) => {
  const { page, value, emit, text, usable } = await open(t);
  t.strictSame(await usable(), []);
  await emit({ type: "loading", fraction: 0.5 });
  t.equal(await text("status"), "Loading the models: 50%");
  await emit(ready);
  t.strictSame(await usable(), ["generate"]);
  await page.click("#generate");
  t.strictSame(await usable(), ["stop"]);
  t.strictSame(await value("played.calls"), [["generate", 1, "Once upon a time", { maxTokens: 300 }]]);
  await emit({
    type: "tokens",
    id: 1,
    tokens: [
      { text: " <b>a</b>", origin: "draft" },
      { text: " fox", origin: "correction" },
    ],
  });
  await emit({ type: "tokens", id: 1, tokens: [{ text: " ran", origin: "bonus" }] });
  await emit({ type: "tokens", id: 7, tokens: [{ text: "stale", origin: "draft" }] });
  t.equal(await text("text"), " <b>a</b> fox ran");
  const colours = await value(`[...document.querySelectorAll("#text span")].map((span) =>
    [span.className, getComputedStyle(span).color])`);
  t.match(colours, [["draft"], ["correction"], ["bonus"]]);
  t.equal(new Set((colours as string[][]).map(([, colour]) => colour)).size, 3);
  await page.click("#stop");
  t.strictSame(await value("played.calls.at(-1)"), ["stop", 1]);
  const figures = { tokens: 3, tokensPerRound: 2.5, agreement: 0.8, tokensPerSecond: null };
  await emit({ type: "end", id: 1, end: { finishReason: "aborted", ...figures } });
  t.equal(await text("status"), "3 tokens (aborted), 2.50 per pass of the target");
  t.strictSame(await usable(), ["generate"]);
  t.strictSame(await value("violations"), []);
});

t.test("an error is shown, and the next prompt takes it away", async (t) => {
  const { page, value, emit, text, usable } = await open(t);
  await emit(ready);
  await page.click("#generate");
  const error = { name: "EngineError", code: "PROMPT_TOO_LONG", message: "Expected less." };
  await emit({ type: "error", id: 1, error });
  t.equal(await text("error"), "PROMPT_TOO_LONG: Expected less.");
  t.equal(await value("document.getElementById('error').hidden"), false);
  await page.click("#generate");
  t.equal(await value("document.getElementById('error').hidden"), true);
  t.strictSame(await usable(), ["stop"]);
});

t.test("the end of the models' process is shown, and what comes after it works", async (t) => {
  const { page, value, emit, text, usable } = await open(t);
  await emit(ready);
  await page.click("#generate");
  await emit({ type: "process-ended", code: 139, restarting: true });
  t.equal(await text("error"), "The models' process ended with code 139");
  t.equal(await text("status"), "Starting again …");
  t.strictSame(await usable(), []);
  await emit(ready);
  await page.click("#generate");
  t.match(await value("played.calls.at(-1)"), ["generate", 2]);
  await emit({ type: "process-ended", code: 1, restarting: false });
  t.equal(await text("status"), "Stopped: it ended too often");
});

t.test("the policy stops what somebody managed to put into the page", async (t) => {
  const { page, value } = await open(t);
  const put = `for (const [name, set] of [["script", { textContent: "window.evil = true" }], ["img", { src: "http://127.0.0.1:1/x" }]])
    document.body.append(Object.assign(document.createElement(name), set));`;
  await page.evaluate(put);
  await page.waitForFunction("violations.length >= 2", { timeout: 5000 });
  t.equal(await value("window.evil"), undefined);
});
