import { availableParallelism } from "node:os";
import t from "tap";
import { defaultThreads } from "../../lib/threads.js";

t.test("threads come from the environment, or are as many as there are processors", async (t) => {
  t.equal(defaultThreads({ FORETOKEN_THREADS: "3" }), 3);
  t.equal(defaultThreads({}), availableParallelism());
  t.equal(defaultThreads({ FORETOKEN_THREADS: "" }), availableParallelism());
  for (const wrong of ["many", "0", "1.5", "513"])
    t.throws(() => defaultThreads({ FORETOKEN_THREADS: wrong }), {
      code: "OPTION_INVALID",
      message: /FORETOKEN_THREADS/,
    });
});
