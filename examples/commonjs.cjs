const { loadPair } = require("foretoken");

async function main() {
  const pair = await loadPair({ target: "fable-17m", draft: "fable-1m" });
  try {
    const { text } = await pair.complete("Once upon a time", { maxTokens: 60 });
    console.log(text);
  } finally {
    await pair.close();
  }
}

main();
