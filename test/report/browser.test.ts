/** The HTML report in headless Chromium: offline, readable in both colour schemes, usable by keyboard, printable. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import t, { type Test } from "tap";
import { renderReport } from "../../lib/bench/render/render.js";
import { chromium } from "../helpers/chromium.js";
import { syntheticReport } from "../helpers/report.js";

/** What test/fixtures/report/measure-page.js finds. */
interface PageMeasures {
  charts: number[];
  text: [tag: string, contrast: number][];
  labels: number[];
}

const MEASURE = readFileSync(new URL("../fixtures/report/measure-page.js", import.meta.url), "utf8");

const executablePath = chromium();
if (executablePath === null) {
  t.comment("skipped: no chromium on PATH and none in CHROMIUM");
  t.pass("the page itself is tested in html.test.ts");
  process.exit();
}

const folder = t.testdir();
const file = join(folder, "report.html");
writeFileSync(
  file,
  await renderReport(
    syntheticReport([{ cases: [{ length: null, trace: true }, { length: 3 }, { length: 8 }] }]),
    ".html",
  ),
);
const browser: Browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"], timeout: 60_000 });
t.teardown(() => browser.close());

async function open(t: Test, scheme: "light" | "dark", width = 1100): Promise<Page> {
  const page = await browser.newPage();
  t.teardown(() => page.close());
  page.on("console", (message) => t.fail(`console: ${message.text()}`));
  page.on("pageerror", (error) => t.fail(`error: ${error}`));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) t.fail(`request: ${request.url()}`);
  });
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(pathToFileURL(file).href);
  return page;
}

for (const scheme of ["light", "dark"] as const) {
  t.test(`${scheme}: charts are there, and every text stands out from the page`, async (t) => {
    const page = await open(t, scheme);
    const found = (await page.evaluate(MEASURE)) as PageMeasures;
    // Each chart stands there twice, for wide and for narrow pages.
    const shown = found.charts.filter((width) => width > 0);
    t.ok(shown.length >= 5 && shown.every((width) => width > 100), `${found.charts}`);
    for (const [tag, contrast] of found.text) t.ok(contrast >= 4.5, `${tag}: ${contrast.toFixed(1)}`);
    t.ok(found.labels.length > 20 && Math.min(...found.labels) >= 4.5, `${Math.min(...found.labels)}`);
  });
}

t.test("a telephone's width scrolls tables, not the page", async (t) => {
  const page = await open(t, "light", 390);
  t.ok(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 390);
});

t.test("arrow keys walk through a text", async (t) => {
  const page = await open(t, "light");
  await page.focus(".trace");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  t.match(
    String(await page.evaluate("document.querySelector('.trace + *').textContent")),
    /^Token 2 of \d+: /,
  );
});

t.test("it prints", async (t) => {
  const page = await open(t, "dark");
  const pdf = Buffer.from(await page.pdf({ format: "A4" }));
  t.equal(pdf.toString("latin1", 0, 5), "%PDF-");
  t.ok(pdf.length > 20_000);
});
