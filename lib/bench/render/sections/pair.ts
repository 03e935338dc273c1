import { count, fixed, mib, ms, percent, us } from "../../format.js";
import { DISTURBED, wasDisturbed } from "../../study/disturbed.js";
import { draftLengthStudies } from "../../study/draft-length.js";
import { isTrained, type PairGroup } from "../../study/groups.js";
import type { ModelCard, PairProfile } from "../../types.js";
import { renderChart } from "../charts/chart.js";
import { costsChart } from "../charts/costs-chart.js";
import { lengthCharts } from "../charts/length-charts.js";
import { positionChart } from "../charts/position-chart.js";
import { promptsChart } from "../charts/prompts-chart.js";
import { temperatureChart } from "../charts/temperature-chart.js";
import { timeChart } from "../charts/time-chart.js";
import type { Figures } from "../figures.js";
import { html, type Markup } from "../html.js";
import { card, type Entry } from "./card.js";

/** A pair: its models, what its passes cost, and the charts. */
export async function pairSection(group: PairGroup, id: string, figures: Figures): Promise<Markup> {
  const charts =
    group.cases.length === 0
      ? []
      : [
          promptsChart(group, `${id}-prompts`, figures),
          ...draftLengthStudies(group).flatMap((study, i) =>
            lengthCharts(study, `${id}-length-${i}`, figures, group.at),
          ),
          positionChart(group, `${id}-positions`, figures),
          timeChart(group, `${id}-time`, figures),
          temperatureChart(group, `${id}-temperature`, figures),
          costsChart(group, `${id}-costs`, figures),
        ].filter((chart) => chart !== null);
  const drawn: Markup[] = [];
  for (const chart of charts) drawn.push(await renderChart(chart));
  return html`<section id="${id}" class="pair">
<h2>${group.pair.id}</h2>
${dialled(group)}
${disturbed(group)}
${cards(group, figures)}
<div class="charts">${drawn}</div>
</section>`;
}

function dialled(group: PairGroup): Markup | null {
  if (isTrained(group)) return null;
  return html`<p class="notice">Agreement set by construction: ${group.pair.draft.dialledAgreement ?? "unknown"}. The graphs and sizes are
real, what they write is not; the pair stays out of the comparisons of drafts and domains.</p>`;
}

function disturbed({ pair }: PairGroup): Markup | null {
  return wasDisturbed(pair.profile.costs) ? html`<p class="notice">${DISTURBED}</p>` : null;
}

function cards({ pair, at }: PairGroup, figures: Figures): Markup {
  const { compatibility, profile } = pair;
  const of = (key: string, format: (value: number) => string) => figures.at(`${at}/profile/${key}`, format);
  const round = profile.costs.round;
  return html`<div class="cards">
${model("Target", pair.target, `${at}/target`, figures)}
${model("Draft", pair.draft, `${at}/draft`, figures)}
${card("The two", [
  ["vocabularies", compatibility.verdict],
  ...compatibility.reasons.map((reason): Entry => ["", reason]),
  [
    "draft’s size",
    figures.derived(pair.draft.parameters / pair.target.parameters, percent, "ratio", [
      `${at}/draft/parameters`,
      `${at}/target/parameters`,
    ]),
  ],
  ["a target pass", of("costs/targetStepMs", ms)],
  ["a draft pass", of("costs/draftStepMs", ms)],
  ["c", of("costs/draftCost", fixed(3))],
  ...(round === null ? [] : ([["c in a round", of("costs/round/draftCost", fixed(3))]] satisfies Entry[])),
  ...aroundPasses(pair.profile, of),
  ["loading both", of("loadMs", ms)],
  ["peak memory", of("peakMemoryBytes", mib)],
])}
</div>`;
}

/** What decoding costs around the passes, where it was measured. */
function aroundPasses(
  { overheads }: PairProfile,
  of: (key: string, format: (value: number) => string) => Markup,
): Entry[] {
  if (overheads === undefined) return [];
  const entry = (label: string, key: string, unit = us): Entry => [label, of(`overheads/${key}`, unit)];
  return [
    entry("choosing a token", "greedyUsPerRow"),
    entry("at temperature 1", "sampledUsPerRow"),
    entry("a round, beside the passes", "roundUs"),
    entry("streaming a token, JS thread", "streamUsPerToken"),
    entry("timers late by (99%)", "eventLoopDelayMs/p99", ms),
  ];
}

function model(
  title: string,
  { file, name, architecture, dialledAgreement }: ModelCard,
  at: string,
  figures: Figures,
): Markup {
  const of = (key: string, format: (value: number) => string) => figures.at(`${at}/${key}`, format);
  return card(title, [
    ["name", name ?? "–"],
    ["file", file],
    ["architecture", architecture],
    ["parameters", of("parameters", count)],
    ["weights", of("weightBytes", mib)],
    ["layers × width", [of("layers", String), " × ", of("embeddingSize", String)]],
    ["vocabulary", of("vocabularySize", String)],
    ["trained context", of("trainedContextSize", String)],
    ...(dialledAgreement === null
      ? []
      : ([["agreement", [of("dialledAgreement", String), " by construction"]]] satisfies Entry[])),
  ]);
}
