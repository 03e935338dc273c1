import type { seriesScales } from "./scale.js";

/** Lines of the series `draft` along x, with an interval (the fields `low` and `high`) at each point. */
export function intervalLines(
  x: object,
  y: object,
  { color, shape, strokeDash }: ReturnType<typeof seriesScales>,
  legend: object,
): object[] {
  const draft = { field: "draft", type: "nominal" };
  return [
    {
      mark: { type: "rule", strokeWidth: 1.5 },
      encoding: {
        x,
        y: { field: "low", type: "quantitative" },
        y2: { field: "high" },
        color: { ...draft, scale: color },
      },
    },
    {
      mark: { type: "line", strokeWidth: 1.5, point: { filled: true, size: 50 } },
      encoding: {
        x,
        y: { type: "quantitative", ...y },
        color: { ...draft, scale: color, legend },
        shape: { ...draft, scale: shape },
        strokeDash: { ...draft, scale: strokeDash },
      },
    },
  ];
}
