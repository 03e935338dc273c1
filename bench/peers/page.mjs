// The peers' results as a page.

export function peersPage({ date, command, machine, versions, plan, results }) {
  const { cpu, cores, node, commit } = machine;
  return [
    "# Beside the peers",
    "",
    `${date.slice(0, 10)}, ${cpu}, ${plan.threads} of ${cores} cores, Node ${node}, commit ${commit ?? "unknown"}; ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
    "",
    `\`${command}\`: ${plan.prompts} prompts, ${plan.maxTokens} tokens each, ${plan.repeat} runs in turn. Greedy. Speeds after the prefill; × is relative to our own target alone in the same turn, with its 95% interval. llama.cpp's tools are built without our patches; node-llama-cpp uses its own prebuilt binary.`,
    "",
    ...summary(results),
    ...results.flatMap(section),
  ].join("\n");
}

/** A line for each pair: what each system gains by default, and at its best fixed length. */
function summary(results) {
  const systems = [...new Set(results.flatMap(({ rows }) => rows.map(({ system }) => system)))];
  const factor = ({ speedup }) => `${speedup.toFixed(2)}×`;
  const cell = (rows, system) => {
    const own = rows.filter((row) => row.system === system);
    const standard = own.find(({ setting }) => setting === "default");
    const best = own.find((row) => row.best);
    const fixed = best === undefined ? "" : `, ${factor(best)} at ${best.setting.replace("fixed ", "")}`;
    return `${factor(standard)} (${range(standard.interval)})${fixed}`;
  };
  return [
    `| pair | ${systems.map((system) => `${system}: default (95% interval), best fixed`).join(" | ")} |`,
    `| --- |${systems.map(() => " --- |").join("")}`,
    ...results.map(({ target, draft, agreement, rows }) => {
      const pair = agreement === null ? `${target} + ${draft}` : `${target}, agreement ${agreement}`;
      return `| ${pair} | ${systems.map((system) => cell(rows, system)).join(" | ")} |`;
    }),
    "",
  ];
}

function section({ target, draft, agreement, rows }) {
  const dialled = agreement === null ? "" : ` (agreement ${agreement}, set by construction)`;
  const best = Math.max(...rows.map((row) => row.speedup));
  return [
    `## ${target} + ${draft}${dialled}`,
    "",
    "| system | draft | tok/s | × | 95% interval |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(({ system, setting, best: isBest, tokensPerSecond, speedup, interval }) => {
      const factor = `${speedup.toFixed(2)}`;
      return `| ${system} | ${setting}${isBest ? " (its best)" : ""} | ${tokensPerSecond.toFixed(tokensPerSecond < 100 ? 1 : 0)} | ${speedup === best ? `**${factor}**` : factor} | ${range(interval)} |`;
    }),
    "",
  ];
}

function range(interval) {
  return interval.map((bound) => bound.toFixed(2)).join("–");
}
