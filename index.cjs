"use strict";
try {
  module.exports = require("./dist/index.js");
} catch (error) {
  // package.json admits Node 20.3, where import works; its engines cannot say that require needs more.
  if (error.code !== "ERR_REQUIRE_ESM") throw error;
  throw new Error(
    `require("foretoken") needs Node 20.19 or 22.12, which can require ES modules; this is ${process.version}. ` +
      'await import("foretoken") works here too.',
    { cause: error },
  );
}
