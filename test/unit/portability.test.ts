/** What only some systems have is called from one file of a layer; paths are made from URLs as every system needs it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

const root = fileURLToPath(new URL("../../", import.meta.url));

const SYSTEM_HEADERS =
  /#\s*include\s*<(sys\/|linux\/|mach\/|windows\.h|unistd|dlfcn|pthread|sched|fcntl|signal|poll|dirent)/;
const SYSTEM_MACROS = /\b(__linux__|__gnu_linux__|_WIN32|__APPLE__|__GLIBC__|__unix__)\b/;
const SYSTEM_CALLS = /\b(sched_\w+|pthread_\w+|dlopen|dladdr|dlsym|mmap|sysconf|getrusage|gettid)\s*\(/;
const SYSTEM_FILES = /["'`](\/proc|\/sys|\/dev|\/tmp|\/etc|\/usr)(\/|["'`])/;

/** Files of a folder, at any depth, in which a line matches. */
function matching(folder: string, name: RegExp, ...patterns: RegExp[]): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, String(file)).replaceAll("\\", "/"))
    .filter((file) => name.test(file))
    .filter((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return patterns.some((pattern) => pattern.test(text));
    });
}

t.test("native code", async (t) => {
  const found = ["core", "engine", "binding", "arch", "kernels"].flatMap((layer) =>
    matching(`native/${layer}`, /\.(cpp|h)$/, SYSTEM_HEADERS, SYSTEM_MACROS, SYSTEM_CALLS, SYSTEM_FILES),
  );
  // The core's is compiled twice where the loader chooses among copies of a function; the kernels' asks Linux for tiles.
  t.strictSame(found, [
    "native/core/softmax.cpp",
    "native/engine/library-folder.cpp",
    "native/kernels/matmul-amx.cpp",
  ]);
});

t.test("TypeScript", async (t) => {
  t.strictSame(matching("lib", /\.ts$/, SYSTEM_FILES), ["lib/linux.ts"]);
});

t.test(
  "no path is a URL's pathname, which keeps %20 and, on Windows, a slash before the drive",
  async (t) => {
    const pathname = /new URL\([^;]*import\.meta\.url\)\s*\.(pathname|href\.slice)/;
    const found = ["lib", "scripts", "bench", "test", "examples"].flatMap((folder) =>
      matching(folder, /\.(ts|mjs|cjs)$/, pathname),
    );
    t.strictSame(found, []);
  },
);
