import t from "tap";
import { resolvePairOptions } from "../../lib/resolve-options.js";
import { listenAddress } from "../../lib/workers/address.js";

const place = (options: object) => {
  const { isolation, workers, splitRows } = resolvePairOptions({ target: "t.gguf", ...options });
  return { isolation, workers, splitRows };
};

t.test("devices are addresses of workers, and isolate the pair", async (t) => {
  t.strictSame(place({ devices: ["rpc://gpu-1.example:50052", "rpc://10.0.0.2:1"] }), {
    isolation: "process",
    workers: [
      { host: "gpu-1.example", port: 50052 },
      { host: "10.0.0.2", port: 1 },
    ],
    splitRows: false,
  });
  t.equal(place({ isolation: "process" }).isolation, "process");
  t.match(place({ splitMode: "row" }), { isolation: "process", splitRows: true });
  t.match(place({ splitMode: "row", devices: ["rpc://a:1"] }), { splitRows: true, workers: { length: 1 } });
});

for (const address of [
  "",
  "host:1",
  "http://host:1",
  "rpc://host",
  "rpc://host:",
  "rpc://host:0",
  "rpc://host:65536",
  "rpc://host:1e3",
  "rpc://host:1/",
  "rpc://user@host:1",
  "rpc://:1",
  "rpc://[::1]:1",
  "rpc://300.1.1.1:1",
  "rpc://1.2.3:1",
  "rpc://a b:1",
  "rpc://-a:1",
  " rpc://a:1",
  "rpc://a:1\n",
  1,
  null,
]) {
  t.test(`${JSON.stringify(address)} is no worker's address`, async (t) => {
    t.throws(() => place({ devices: ["rpc://host:1", address] }), {
      code: "OPTION_INVALID",
      message: /^Expected "rpc:\/\/host:port" .* for devices\[1\] but received/,
    });
  });
}

const wrong: [name: string, options: object, message: RegExp][] = [
  ["no list", { devices: "rpc://a:1" }, /^Expected array of "rpc:\/\/host:port" for devices/],
  ["an empty list", { devices: [] }, /^Expected 1 to 16 addresses for devices but received 0/],
  ["a worker twice", { devices: ["rpc://a:1", "rpc://a:1"] }, /each worker once .* rpc:\/\/a:1 twice/],
  ["another isolation", { isolation: "thread" }, /^Expected "none" or "process" for isolation/],
  [
    "workers in this process",
    { devices: ["rpc://a:1"], isolation: "none" },
    /^Expected "process" where devices/,
  ],
  ["another split mode", { splitMode: "column" }, /^Expected "layer" or "row" for splitMode/],
  ["rows in this process", { splitMode: "row", isolation: "none" }, /^Expected "process" where splitMode/],
  ["rows on one device", { splitMode: "row", device: "CUDA0" }, /^Expected nothing where splitMode/],
  [
    "rows without flash attention",
    { splitMode: "row", flashAttention: false },
    /^Expected true where splitMode is "row" for flashAttention/,
  ],
];
for (const [name, options, message] of wrong) {
  t.test(`${name} is refused`, async (t) => {
    t.throws(() => place(options), { code: "OPTION_INVALID", message });
  });
}

t.test("a worker listens on loopback unless told otherwise", async (t) => {
  t.strictSame(listenAddress("50052"), { host: "127.0.0.1", port: 50052 });
  t.strictSame(listenAddress("0"), { host: "127.0.0.1", port: 0 });
  t.strictSame(listenAddress("0.0.0.0:1"), { host: "0.0.0.0", port: 1 });
  t.strictSame(listenAddress("gpu-1:65535"), { host: "gpu-1", port: 65535 });
});

t.test("what is no address to listen at is refused", async (t) => {
  for (const text of ["", "x", "70000", "host:", ":1", "::1:50052", "a b:1", "256.1.1.1:1", "rpc://a:1"])
    t.throws(() => listenAddress(text), { code: "OPTION_INVALID", message: /for listen but received/ }, text);
});
