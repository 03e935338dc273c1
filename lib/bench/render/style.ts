/** Light is the default and what is printed; colours of origins are the same hues in both. */
const COLORS = `
:root {
  --paper: #fdfdfb; --ink: #1b1d20; --soft: #5a6068; --line: #e4e4df; --rule: #9a9fa6; --panel: #f4f4ef; --link: #0b57a0;
  --draft: #0b62a4; --correction: #b04400; --bonus: #07704c;
  --draft-tint: #d9e9f7; --correction-tint: #fbe0d0; --bonus-tint: #d3efe2;
  --s1: #1d4e89; --s2: #a63d7a; --s3: #7a6200; --s4: #5d646d;
  --time-prefill: #9aa3ad; --time-draft: #3f86c2; --time-verify: #3b4654; --time-sample: #a63d7a; --time-other: #d0d2d0;
  --notice: #fff5d6; --notice-line: #c9a227;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e6e7e8; --soft: #a3a9b1; --line: #2d3136; --rule: #767d86; --panel: #1d2024; --link: #8ec2f2;
    --draft: #7ab8ee; --correction: #f2a274; --bonus: #6fd0a6;
    --draft-tint: #173a58; --correction-tint: #5a2a10; --bonus-tint: #114532;
    --s1: #7db4f0; --s2: #eb8cc4; --s3: #d9bb4a; --s4: #a9b0b9;
    --time-prefill: #68717c; --time-draft: #4d97d6; --time-verify: #b9c2cd; --time-sample: #d678ad; --time-other: #454a50;
    --notice: #332b12; --notice-line: #a5862a;
  }
}
`;

const TEXT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; margin: 0; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; letter-spacing: -0.01em; }
h2 { font-size: 1.3rem; padding-top: 0.9rem; border-top: 1px solid var(--rule); margin: 3.2rem 0 1rem; }
h3 { font-size: 1.02rem; margin: 1.8rem 0 0.4rem; }
h4 { font-size: 0.95rem; margin: 0 0 0.3rem; }
small { font-weight: 400; color: var(--soft); font-size: 0.86em; }
p { margin: 0 0 0.8rem; max-width: 44rem; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
header > p { color: var(--soft); margin: 0.35rem 0 1.1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; list-style: none; padding: 0; margin: 0; font-size: 0.92rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.3rem 0.6rem; }
main:focus { outline: none; }
data, time, td, .big { font-variant-numeric: tabular-nums; }
summary { cursor: pointer; color: var(--soft); font-size: 0.88rem; padding: 0.2rem 0; width: fit-content; }
code, pre { font: 0.9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.notice { background: var(--notice); border-left: 3px solid var(--notice-line); padding: 0.7rem 1rem; margin: 0 0 1.2rem; max-width: none; }
.notice p { margin: 0; } .notice ul { margin: 0.4rem 0 0; padding-left: 1.2rem; font-size: 0.92rem; overflow-wrap: anywhere; }
`;

const FIGURES = `
.headlines { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.4rem 2rem; margin: 0 0 1.4rem; }
.headline p { margin: 0; font-size: 0.92rem; line-height: 1.45; overflow-wrap: anywhere; }
.headline .big { font-size: 2.5rem; font-weight: 300; letter-spacing: -0.02em; line-height: 1.2; overflow-wrap: normal; }
.scroll { overflow-x: auto; margin: 0.4rem 0 1.4rem; }
table { border-collapse: collapse; font-size: 0.8rem; line-height: 1.4; min-width: 60%; }
caption { text-align: left; color: var(--soft); padding: 0 0 0.35rem; }
th, td { padding: 0.32rem 0.5rem 0.32rem 0; vertical-align: bottom; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 400; text-align: left; white-space: nowrap; }
.number { text-align: right; } .word { text-align: left; }
td { white-space: nowrap; }
.best { font-size: 0.72rem; font-weight: 600; border: 1px solid currentColor; border-radius: 3px; padding: 0 0.3em; margin-left: 0.3em; }
.tied { display: block; font-size: 0.72rem; }
.heat { display: inline-block; padding: 0.2rem 0.5rem; background: color-mix(in srgb, var(--draft) var(--heat), transparent); }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 2.2rem 2rem; align-items: start; }
.chart { margin: 0; grid-column: 1 / -1; min-width: 0; }
.chart.half { grid-column: auto; }
.chart svg { display: block; max-width: 100%; height: auto; }
figcaption { font-size: 0.9rem; line-height: 1.4; margin-bottom: 0.7rem; }
figcaption strong { display: block; font-size: 1rem; } figcaption span { color: var(--soft); }
.narrow { display: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; margin: 0 0 2rem; }
.card { background: var(--panel); padding: 0.9rem 1.1rem; font-size: 0.88rem; min-width: 0; }
.card h3 { margin: 0 0 0.4rem; font-size: 0.92rem; }
.card dl { display: grid; grid-template-columns: auto 1fr; gap: 0.1rem 1rem; margin: 0; }
.card dt { color: var(--soft); } .card dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.command { background: var(--panel); padding: 0.8rem 1.1rem; overflow-x: auto; margin: 0 0 1rem; }
.guide { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: 0.35rem 1.5rem; font-size: 0.92rem; margin: 0; }
.guide dt { font-weight: 600; } .guide dd { margin: 0; }
`;

const TOKENS = `
.key { list-style: none; padding: 0; margin: 0 0 1rem; display: flex; flex-wrap: wrap; gap: 0.3rem 1.6rem; font-size: 0.88rem; }
.texts > summary { font-size: 0.98rem; color: var(--ink); font-weight: 600; padding: 0.3rem 0; }
.text { margin: 0.6rem 0 1.4rem; }
.trace { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.85; max-width: 48rem; margin: 0; padding: 0.15rem 0.3rem; }
.text output { display: block; min-height: 1.5em; font-size: 0.86rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.t { border-radius: 2px; padding: 0.1em 0; border-bottom: 2px solid transparent; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.t.draft { background: var(--draft-tint); box-shadow: inset -1px 0 0 var(--paper); }
.t.correction { background: var(--correction-tint); border-bottom: 2px solid var(--correction); box-shadow: inset -1px 0 0 var(--paper); }
.t.bonus { background: var(--bonus-tint); border-bottom: 2px dotted var(--bonus); box-shadow: inset -1px 0 0 var(--paper); }
.t.plain { border-bottom: 2px solid var(--line); }
.t.n::before { content: "↵"; color: var(--soft); }
.t:hover, .t.on { outline: 2px solid var(--ink); outline-offset: 0; }
`;

const MEDIA = `
@media (max-width: 44rem) {
  body { padding: 1.4rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .chart.half { grid-column: 1 / -1; }
  .guide { grid-template-columns: 1fr; gap: 0; } .guide dd { margin: 0 0 0.6rem; }
}
@media screen and (max-width: 44rem) { .wide { display: none; } .narrow { display: block; } }
@media print {
  @page { margin: 16mm 14mm; }
  body { padding: 0; max-width: none; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .skip, .chart details, .text details, .text output { display: none; }
  h2, h3, h4, caption, figcaption { break-after: avoid; }
  figure, .card, .headline, .text, tr { break-inside: avoid; }
  .pair { break-before: page; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .chart.half { grid-column: auto; }
  .scroll { overflow: visible; } table { font-size: 7.5pt; min-width: 0; }
  th, td { padding-right: 0.4rem; }
}
`;

export const STYLE = `${COLORS}${TEXT}${FIGURES}${TOKENS}${MEDIA}`;
