/** scripts/node-headers.mjs: the headers that a source build compiles the addon with. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { addonApiHeaders, nodeHeaders } from "../../scripts/node-headers.mjs";

t.test("are those that the running Node was installed with", async (t) => {
  const prefix = t.testdir({ bin: {}, include: { node: { "node_api.h": "" } } });
  t.equal(nodeHeaders(join(prefix, "bin", "node")), join(prefix, "include", "node"));
});

t.test("come from the package where Node was installed without, or without Node-API's", async (t) => {
  const prefix = t.testdir({ bin: {}, include: { node: { "v8.h": "" } } });
  const headers = nodeHeaders(join(prefix, "bin", "node"));
  t.match(headers, /node_modules.node-api-headers.include$/);
  t.ok(existsSync(join(headers, "node_api.h")));
});

t.test("the C++ wrapper's come from its package", async (t) => {
  t.ok(existsSync(join(addonApiHeaders(), "napi.h")));
});
