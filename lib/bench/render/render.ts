import type { Report } from "../report-types.js";
import { type Comparison, compareReports } from "../study/compare.js";
import { comparisonCsv, comparisonMarkdown } from "./comparison-text.js";
import { renderCsv } from "./csv.js";
import { renderMarkdown } from "./markdown.js";

export const FORMATS = [".json", ".html", ".md", ".csv"] as const;

/** A report in the form of a file name's extension; JSON for others. */
export async function renderReport(report: Report, extension: string): Promise<string> {
  switch (extension) {
    case ".html":
      return (await import("./report-html.js")).renderHtml(report);
    case ".md":
      return renderMarkdown(report);
    case ".csv":
      return renderCsv(report);
    default:
      return json(report);
  }
}

/** What differs between reports, in the same forms. */
export async function renderComparison(reports: readonly Report[], extension: string): Promise<string> {
  const comparisons: Comparison[] = compareReports(reports);
  switch (extension) {
    case ".html":
      return (await import("./comparison-html.js")).renderComparisonHtml(reports, comparisons);
    case ".md":
      return comparisonMarkdown(reports, comparisons);
    case ".csv":
      return comparisonCsv(comparisons);
    default:
      return json(comparisons);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
