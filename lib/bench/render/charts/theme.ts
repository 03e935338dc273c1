/** The charts' look. Colours are the page's CSS variables, so that one drawing serves light, dark and paper. */
export const THEME = {
  background: null,
  font: "inherit",
  view: { stroke: null },
  axis: {
    labelColor: "var(--ink)",
    titleColor: "var(--ink)",
    titleFontWeight: "normal",
    labelFontSize: 12,
    titleFontSize: 12,
    titlePadding: 8,
    labelLimit: 160,
    labelFlush: false,
    gridColor: "var(--line)",
    domainColor: "var(--rule)",
    tickColor: "var(--rule)",
    tickSize: 4,
  },
  axisY: {
    titleAnchor: "end",
    titleAngle: 0,
    titleAlign: "left",
    titleX: 0,
    titleY: -10,
    titleBaseline: "bottom",
  },
  axisBand: { grid: false, ticks: false, domain: false, labelPadding: 8 },
  legend: {
    orient: "top",
    direction: "horizontal",
    title: null,
    labelColor: "var(--ink)",
    labelFontSize: 12,
    labelLimit: 320,
    symbolSize: 80,
    offset: 28,
  },
  header: { labelColor: "var(--ink)", titleColor: "var(--ink)" },
  text: { color: "var(--ink)", fontSize: 12 },
  aria: false,
};

/** Colours of settings of a draft, apart from those of the tokens' origins. */
export const SERIES = ["var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)"];

/** So that settings can be told apart without colours. */
export const SHAPES = ["circle", "square", "triangle-up", "diamond"];

export const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
];
