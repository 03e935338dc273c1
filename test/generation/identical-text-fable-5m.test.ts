import t from "tap";
import { isIdenticalToBaseline } from "../helpers/identity.js";

t.test("with fable-5m as draft the greedy text is the target's own, token for token", async (t) => {
  await isIdenticalToBaseline(t, "fable-5m");
});
