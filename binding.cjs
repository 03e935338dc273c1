"use strict";
// Loads the addon: FORETOKEN_ADDON's file, else what node-gyp-build finds (build/Release, else a prebuild).
try {
  module.exports = process.env.FORETOKEN_ADDON
    ? require(require("node:path").resolve(process.env.FORETOKEN_ADDON))
    : require("node-gyp-build")(__dirname);
} catch (cause) {
  const error = new Error(
    `the native addon could not be loaded: ${cause.message}\nBuild it with: npm rebuild foretoken (in a checkout: npm run build)`,
    { cause },
  );
  error.code = "ADDON_MISSING";
  throw error;
}
