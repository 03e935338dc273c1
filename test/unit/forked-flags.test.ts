import t from "tap";
import { forkedFlags } from "../../lib/forked-flags.js";

t.test("flags of how Node runs are kept, the program's own are not", async (t) => {
  const kept = ["--import", "tsx", "--expose-gc", "--max-old-space-size=100"];
  t.strictSame(forkedFlags(kept), kept);
  t.strictSame(forkedFlags([...kept, "--input-type=module", "-e", "await 1", "--inspect-brk=0"]), kept);
  const apart = [
    "--inspect-port",
    "9230",
    "--debug-port",
    "0",
    "--input-type",
    "module",
    "--watch-path",
    "lib",
  ];
  t.strictSame(forkedFlags([...apart, ...kept]), kept);
  t.strictSame(
    forkedFlags([
      "--test",
      "--test-reporter",
      "tap",
      "--test-only",
      ...kept,
      "--test-timeout=9",
      "--no-warnings",
    ]),
    [...kept, "--no-warnings"],
  );
  t.strictSame(forkedFlags(["-p", "1 + 1", "--inspect", "--print", "2", "--eval=3", "-pe", "4"]), []);
});
