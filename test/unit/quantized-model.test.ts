import t from "tap";
import { requireWritable } from "../../lib/quantized-model.js";

t.test("a copy whose path llama.cpp cannot write on Windows is refused before it is made", async (t) => {
  const copy = "C:\\Users\\Zoë\\foretoken\\quantized\\0123.q8_0.gguf";
  t.throws(() => requireWritable(copy, "win32"), { code: "QUANTIZE_FAILED", message: /ASCII .*Zoë/ });
  requireWritable(copy.replace("ë", "e"), "win32");
  requireWritable(copy, "linux");
});
