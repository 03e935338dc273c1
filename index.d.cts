export * from "./dist/index.js" with { "resolution-mode": "import" };
