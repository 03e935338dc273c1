import t from "tap";
import { CallSite } from "../../lib/call-site.js";
import { createError } from "../../lib/errors.js";

function publicFunction(fail: () => unknown): Promise<never> {
  return new CallSite(publicFunction).wait(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw fail();
  });
}

function callerCode(fail: () => unknown) {
  return publicFunction(fail);
}

t.test("a late error's stack starts in the caller's code", async (t) => {
  const error: Error = await callerCode(() => createError("EVAL_FAILED", "x")).catch((reason) => reason);
  const [header, first] = String(error.stack).split("\n    at ");
  t.equal(header, `EngineError [EVAL_FAILED]: ${error.message}`);
  t.match(first, /^callerCode /);
  t.notMatch(String(error.stack), /publicFunction/);
});

t.test("errors of the addon are located too", async (t) => {
  const native = () => Object.assign(new Error("no such file"), { code: "MODEL_NOT_FOUND" });
  const error: Error = await callerCode(native).catch((reason) => reason);
  t.match(error, { name: "ModelError", code: "MODEL_NOT_FOUND" });
  t.match(String(error.stack), /\n {4}at callerCode /);
});

t.test("what is not ours keeps its own stack", async (t) => {
  const reason = new DOMException("stopped", "AbortError");
  const { stack } = reason;
  t.equal(await callerCode(() => reason).catch((error) => error), reason);
  t.equal(reason.stack, stack);
});

t.test("without a stack there is still the message", async (t) => {
  const { stackTraceLimit } = Error;
  t.teardown(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  Error.stackTraceLimit = 0;
  const site = new CallSite(t.test);
  const error = createError("PAIR_CLOSED", "x");
  site.locate(error);
  t.equal(error.stack, `EngineError [PAIR_CLOSED]: ${error.message}`);
});
