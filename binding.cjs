"use strict";
// Loads the addon: FORETOKEN_ADDON's file, else what node-gyp-build finds (a prebuild, else build/Release).
try {
  module.exports = process.env.FORETOKEN_ADDON
    ? require(require("node:path").resolve(process.env.FORETOKEN_ADDON))
    : require("node-gyp-build")(__dirname);
} catch (cause) {
  const error = new Error(
    `the native addon could not be loaded: ${cause.message}\nBuild it with: npm run build`,
    { cause },
  );
  error.code = "ADDON_MISSING";
  throw error;
}
