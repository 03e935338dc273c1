import { homedir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { hubEnvironment } from "../../lib/hub/environment.js";
import { defaultModelsFolder } from "../../lib/models-folder.js";

t.test("the cache is where huggingface_hub has it", async (t) => {
  const cases: [env: NodeJS.ProcessEnv, folder: string][] = [
    [{}, join(homedir(), ".cache", "huggingface", "hub")],
    [{ XDG_CACHE_HOME: "/x" }, join("/x", "huggingface", "hub")],
    [{ XDG_CACHE_HOME: "/x", HF_HOME: "/h" }, join("/h", "hub")],
    [{ HF_HOME: "~/h" }, join(homedir(), "h", "hub")],
    [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/c" }, "/c"],
    [{ HUGGINGFACE_HUB_CACHE: "/c", HF_HUB_CACHE: "/d" }, "/d"],
    [{ HF_HUB_CACHE: "", HF_HOME: "" }, join(homedir(), ".cache", "huggingface", "hub")],
  ];
  for (const [env, folder] of cases)
    t.equal((await hubEnvironment(env)).cacheFolder, folder, JSON.stringify(env));
});

t.test("the token: HF_TOKEN, else the file that a login writes", async (t) => {
  const home = t.testdir({ token: "from-file\n", other: " from-other " });
  t.equal((await hubEnvironment({ HF_HOME: home })).token, "from-file");
  t.equal((await hubEnvironment({ HF_HOME: home, HF_TOKEN: "given" })).token, "given");
  t.equal((await hubEnvironment({ HF_HOME: home, HF_TOKEN_PATH: join(home, "other") })).token, "from-other");
  t.equal((await hubEnvironment({ HF_HOME: join(home, "none") })).token, null);
  await t.rejects(hubEnvironment({ HF_HOME: home, HF_TOKEN: "my\nsecret" }), {
    code: "OPTION_INVALID",
    message: /^Expected a token of visible ASCII characters in HF_TOKEN or its file but received others/,
  });
});

t.test("endpoint, offline and timeout", async (t) => {
  t.equal((await hubEnvironment({})).endpoint, null);
  t.equal(
    (await hubEnvironment({ HF_ENDPOINT: "https://mirror.test/hub/" })).endpoint,
    "https://mirror.test/hub",
  );
  for (const HF_ENDPOINT of ["mirror", "file:///x", "ftp://x"])
    await t.rejects(hubEnvironment({ HF_ENDPOINT }), { code: "OPTION_INVALID", message: /HF_ENDPOINT/ });
  for (const [text, offline] of [
    ["1", true],
    ["ON", true],
    ["yes", true],
    ["True", true],
    ["0", false],
    ["", false],
  ] as const)
    t.equal((await hubEnvironment({ HF_HUB_OFFLINE: text })).offline, offline, text);
  t.equal((await hubEnvironment({})).timeoutMs, 30_000);
  t.equal((await hubEnvironment({ HF_HUB_DOWNLOAD_TIMEOUT: "0.5" })).timeoutMs, 500);
  for (const HF_HUB_DOWNLOAD_TIMEOUT of ["0", "-1", "NaN", "x", "Infinity"])
    await t.rejects(hubEnvironment({ HF_HUB_DOWNLOAD_TIMEOUT }), { code: "OPTION_INVALID" });
});

t.test("the models folder", async (t) => {
  t.equal(defaultModelsFolder({ FORETOKEN_MODELS: "/m" }), "/m");
  t.equal(defaultModelsFolder({ XDG_DATA_HOME: "/d" }, "linux"), join("/d", "foretoken", "models"));
  t.equal(defaultModelsFolder({}, "linux"), join(homedir(), ".local", "share", "foretoken", "models"));
  t.equal(defaultModelsFolder({ LOCALAPPDATA: "/a" }, "win32"), join("/a", "foretoken", "models"));
  t.match(defaultModelsFolder({}, "darwin"), /Application Support.foretoken.models$/);
});
