import { fixed, percent, times } from "../../format.js";
import type { DraftLengthStudy } from "../../study/draft-length.js";
import type { Placed } from "../../study/groups.js";
import type { Figures } from "../figures.js";
import type { HtmlTable } from "../html-table.js";

/** What was measured and what the formula gives, by draft length; last the policy's own choice. */
export function lengthTable(
  { fixed: cases, chosen, best, predicted, agreementFrom }: DraftLengthStudy,
  figures: Figures,
  pairAt: string,
): HtmlTable {
  const mark = (placed: Placed) => (placed === best ? " (best)" : "");
  const costs = `${pairAt}/profile/costs`;
  const inputs = (length: number) => [
    ...agreementFrom,
    `${costs}/draftCost`,
    `${costs}/verifyCosts/${length}`,
  ];
  const predictedCells = (length: number) => {
    const found = predicted.find((one) => one.length === length);
    return [
      figures.derived(found?.speedup ?? null, times, "formula", inputs(length)),
      figures.derived(found?.acceptanceRate ?? null, percent, "formula", agreementFrom),
    ];
  };
  const measuredCells = ({ at }: Placed) => [
    figures.at(`${at}/summary/speedup`, times),
    figures.interval(`${at}/summary/interval`, fixed(2)),
    figures.at(`${at}/summary/acceptanceRate`, percent),
    figures.at(`${at}/summary/agreement`, percent),
  ];
  const measuredLengths = new Map(cases.map((placed) => [placed.one.draft.maxTokens, placed]));
  const lengths = [...new Set([...measuredLengths.keys(), ...predicted.map(({ length }) => length)])].sort(
    (a, b) => a - b,
  );
  return {
    caption: "By draft length",
    head: [
      "draft length",
      "speedup",
      "95% interval",
      "acceptance rate",
      "agreement",
      "predicted speedup",
      "predicted acceptance",
    ],
    rows: [
      ...lengths.map((length) => {
        const placed = measuredLengths.get(length);
        return placed === undefined
          ? [length, "–", "–", "–", "–", ...predictedCells(length)]
          : [`${length}${mark(placed)}`, ...measuredCells(placed), ...predictedCells(length)];
      }),
      ...chosen.map((placed) => [
        ["policy’s own choice: ", figures.at(`${placed.at}/summary/draftLength`, fixed(2)), mark(placed)],
        ...measuredCells(placed),
        "–",
        "–",
      ]),
    ],
  };
}
