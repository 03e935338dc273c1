import { loadPair } from "foretoken";

const pair = await loadPair({ target: "fable-17m", draft: "fable-1m" });
try {
  for await (const chunk of pair.generate("Once upon a time", { maxTokens: 60 }))
    process.stdout.write(chunk.text);
  const { stats } = await pair.complete("The old fox", { maxTokens: 60 });
  console.log(`\n\n${stats.tokensPerRound?.toFixed(2)} tokens per pass of the target`);
} finally {
  await pair.close();
}
