// The comparison with llama.cpp's server as a page.

export function serverPage({ date, command, machine, versions, target, draft, plan, results }) {
  const { cpu, cores, node, commit } = machine;
  const release = versions["llama.cpp"];
  const server = release === null ? "" : `; llama.cpp ${release} without our patches`;
  return [
    "# Many requests at once, beside llama.cpp's server",
    "",
    `${date.slice(0, 10)}, ${cpu}, ${plan.threads} of ${cores} cores, Node ${node}, commit ${commit ?? "unknown"}${server}.`,
    "",
    `\`${command}\`: ${target} + ${draft}, ${plan.requests} requests of ${plan.maxTokens} tokens for each that runs at once, ${plan.repeat} turns. Greedy. Tokens per second of all requests, prompts included; × is foretoken with its draft relative to the system in the same turn, with its 95% interval.`,
    "",
    "| at once | system | tok/s | foretoken is × | 95% interval |",
    "| ---: | --- | ---: | ---: | ---: |",
    ...results.flatMap(({ atOnce, systems }) =>
      systems.map(({ name, tokensPerSecond, ratio, interval }, i) => {
        const than =
          i === 0 ? "– | –" : `${ratio.toFixed(2)} | ${interval.map((bound) => bound.toFixed(2)).join("–")}`;
        return `| ${atOnce} | ${name} | ${tokensPerSecond.toFixed(tokensPerSecond < 100 ? 1 : 0)} | ${than} |`;
      }),
    ),
    "",
  ].join("\n");
}
