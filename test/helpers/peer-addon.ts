/** node-llama-cpp's prebuilt CPU addon, fetched once into a cache folder by the npm client. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const VERSION = "3.22.1";
const INTEGRITY =
  "sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==";

/** Resolves with the folder of its .node file and libraries, or with the reason why there is none. */
export async function peerAddon(): Promise<{ folder: string } | { reason: string }> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: `no prebuilt peer is fetched for ${process.platform} ${process.arch}` };
  }
  const cache = join("node_modules", ".cache", `node-llama-cpp-linux-x64-${VERSION}`);
  const folder = join(process.cwd(), cache, "package", "bins", "linux-x64");
  if (existsSync(folder)) return { folder };
  await mkdir(join("node_modules", ".cache"), { recursive: true });
  const temporary = await mkdtemp(join("node_modules", ".cache", "peer-"));
  try {
    const { stdout } = await run("npm", [
      "pack",
      `@node-llama-cpp/linux-x64@${VERSION}`,
      "--json",
      "--pack-destination",
      temporary,
    ]);
    const [{ filename, integrity }] = JSON.parse(stdout) as [{ filename: string; integrity: string }];
    if (integrity !== INTEGRITY) throw new Error(`the registry sent another file: ${integrity}`);
    await run("tar", ["-xzf", join(temporary, filename), "-C", temporary]);
    await rename(temporary, cache);
    return { folder };
  } catch (error) {
    return { reason: `npm could not fetch the peer: ${(error as Error).message.split("\n")[0]}` };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
