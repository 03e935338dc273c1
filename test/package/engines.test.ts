/** The versions of Node that the package is for. */
import { readFileSync } from "node:fs";
import t from "tap";
import { isWithin } from "../../scripts/setup.mjs";

const manifest = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../${path}/package.json`, import.meta.url), "utf8"));
const { engines, dependencies } = manifest(".");

t.test("are no more than those of what builds the addon, and have its Node-API", async (t) => {
  t.ok("cmake-js" in dependencies);
  t.equal(engines.node, manifest("node_modules/cmake-js").engines.node);
  t.notOk(isWithin("v20.2.0", engines.node), "Node-API 9 came with 20.3");
});

t.test("are what set-up admits", async (t) => {
  for (const version of ["v20.17.0", "v20.20.2", "v22.9.0", "v22.21.0", "v24.0.0"])
    t.ok(isWithin(version, engines.node), version);
  for (const version of ["v18.20.0", "v20.9.0", "v20.16.0", "v21.7.0", "v22.8.0"])
    t.notOk(isWithin(version, engines.node), version);
});
