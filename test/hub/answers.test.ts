/** What the hub may answer instead, and who hears the token. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { downloadCheckpoint, pullModel } from "../../lib/index.js";
import { hubSandbox, PYTHIA } from "../helpers/hub-sandbox.js";
import type { Fault } from "../helpers/hub-server.js";

const INFO = /^hub.*[/]revision[/]/;
const FILE = /^hub.*[/]resolve[/]/;

const answers: [name: string, fault: Fault, code: string, message: RegExp][] = [
  [
    "401",
    { at: INFO, status: 401 },
    "HUB_UNAUTHORIZED",
    /without a token but the hub answered 401.*licence.*HF_TOKEN/,
  ],
  [
    "403 of a gated file",
    { at: FILE, status: 403, headers: { "x-error-code": "GatedRepo", "x-error-message": "Ask for access" } },
    "HUB_UNAUTHORIZED",
    /config[.]json.*403: Ask for access/,
  ],
  [
    "401 for a repository that is not there",
    { at: INFO, status: 401, headers: { "x-error-code": "RepoNotFound" } },
    "HUB_NOT_FOUND",
    /pythia-160m-deduped/,
  ],
  ["404 of a file", { at: FILE, status: 404 }, "HUB_NOT_FOUND", /config[.]json/],
  ["418", { at: INFO, status: 418 }, "HUB_FAILED", /418/],
  ["no JSON", { at: INFO, status: 200 }, "HUB_FAILED", /Expected JSON of the hub/],
  ["a list that is none", { at: /^hub.*[/]tree[/]/, status: 200 }, "HUB_FAILED", /JSON/],
];
for (const [name, fault, code, message] of answers) {
  t.test(`${name} → ${code}`, async (t) => {
    const hub = await hubSandbox(t);
    hub.addCheckpoint(PYTHIA);
    hub.server.faults.push(fault);
    hub.useEnvironment();
    const failure = { name: "HubError", code, message };
    await t.rejects(pullModel({ repository: PYTHIA }), failure);
    await t.rejects(downloadCheckpoint({ repository: PYTHIA }), failure);
    t.strictSame(hub.modelFiles(), []);
    t.match(await hub.cli(["pull", PYTHIA]), {
      code: 1,
      stdout: "",
      stderr: new RegExp(`^foretoken: .*\\[${code}\\]\n$`),
    });
  });
}

t.test("no such repository, revision or file", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment();
  await t.rejects(pullModel({ repository: "nobody/nothing" }), {
    code: "HUB_NOT_FOUND",
    message: /nobody[/]nothing/,
  });
  await t.rejects(pullModel({ repository: PYTHIA, revision: "v2" }), {
    code: "HUB_NOT_FOUND",
    message: /v2/,
  });
  await t.rejects(pullModel({ repository: PYTHIA, file: "x.gguf" }), {
    code: "HUB_NOT_FOUND",
    message: /x[.]gguf/,
  });
});

t.test("the token goes to the endpoint, not where it redirects or links to", async (t) => {
  const hub = await hubSandbox(t);
  hub.addCheckpoint(PYTHIA);
  hub.useEnvironment({ HF_TOKEN: "secret" });
  await pullModel({ repository: PYTHIA });
  for (const { host, path, authorization } of hub.server.asked)
    t.equal(authorization, host === "hub" ? "Bearer secret" : null, `${host}${path}`);
  t.ok(hub.server.asked.some(({ host }) => host === "cdn"));

  const heard: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.end("[]");
  }).listen(0, "127.0.0.1");
  t.teardown(() => other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const next = `<http://127.0.0.1:${(other.address() as AddressInfo).port}/next>; rel="next"`;
  hub.server.links.push(next);
  await t.rejects(pullModel({ repository: PYTHIA, revision: "v1" }), { code: "REPOSITORY_UNSUITABLE" });
  t.strictSame(heard, [undefined]);
});

t.test("arguments are checked before anything is asked", async (t) => {
  const hub = await hubSandbox(t);
  hub.useEnvironment();
  for (const repository of [
    "x",
    "../x",
    "a/b/c",
    "a/..",
    "a--b/c",
    "a/b\0",
    "a/b?x",
    7,
    undefined,
    Number.NaN,
  ])
    await t.rejects(
      pullModel({ repository } as never),
      { name: "OptionError", code: "OPTION_INVALID" },
      JSON.stringify(repository),
    );
  for (const revision of ["", "../x", "a/../b", "/x", "a b", "x?y", 1])
    await t.rejects(
      pullModel({ repository: PYTHIA, revision } as never),
      { code: "OPTION_INVALID" },
      JSON.stringify(revision),
    );
  for (const more of [{ file: "" }, { signal: {} }, { onProgress: 1 }, { modelsFolder: 1 }])
    await t.rejects(pullModel({ repository: PYTHIA, ...more } as never), { code: "OPTION_INVALID" });
  await t.rejects(pullModel({ repository: PYTHIA, revsion: "x" } as never), {
    code: "OPTION_UNKNOWN",
    message: /"revision"/,
  });
  t.strictSame(hub.server.asked, []);
});
