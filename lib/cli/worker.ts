import type { Command } from "commander";
import { defaultThreads, threadCount } from "../threads.js";
import { addressText, listenAddress, type WorkerAddress } from "../workers/address.js";
import { reachableAddresses } from "../workers/reachable.js";
import { serveDevices } from "../workers/serve.js";
import { EXIT } from "./exit.js";
import { integer } from "./numbers.js";
import { colorsFor, print, printJson } from "./output.js";

interface Flags {
  listen: string;
  threads?: number;
  json?: boolean;
}

export function addWorker(program: Command): void {
  program
    .command("worker")
    .description("Serve this machine's devices to a pair on another one, until Ctrl-C.")
    .option("--listen <[host:]port>", "where; port 0 is any that is free", "50052")
    .option("--threads <n>", "CPU threads where there is no GPU (default: all processors)", integer)
    .option("--json", "print the addresses as JSON")
    .addHelpText(
      "after",
      `
Prints the address that \`--devices\` takes once it can be used, for 0.0.0.0 each of this machine's, one a line.
The host is 127.0.0.1 unless another is given: whoever reaches the port can use and crash the worker, and read
what passes; docs/several-machines.md shows a tunnel.
One pair is served at a time.

Examples:
  foretoken worker
  foretoken worker --listen 0 --threads 4
  foretoken generate --devices rpc://127.0.0.1:50052 "Once upon a time"

Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 it could not listen, 2 wrong usage`,
    )
    .action(worker);
}

async function worker({ listen, threads = defaultThreads(), json }: Flags): Promise<void> {
  const wanted = listenAddress(listen);
  threadCount("threads", threads);
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => end.abort());
  await serveDevices(wanted, {
    threads,
    signal: end.signal,
    onListening: (address) => {
      if (!address.host.startsWith("127.")) warn(address);
      const addresses = reachableAddresses(address).map(addressText);
      void (json ? printJson({ address: addresses[0], addresses }) : print(`${addresses.join("\n")}\n`));
    },
    onRestart: (reason) =>
      process.stderr.write(`foretoken: the server ended with ${reason} and is started again\n`),
  });
  process.exitCode = EXIT.done;
}

function warn({ host, port }: WorkerAddress): void {
  const { red } = colorsFor(process.stderr);
  process.stderr.write(
    `${red("WARNING")}: everybody who reaches ${host}:${port} can use this machine's devices, crash this worker, read and
change what passes, and perhaps run code as you: the protocol has neither passwords nor encryption. Listen on
127.0.0.1 and use a tunnel (docs/several-machines.md), unless nobody else is on this network.\n`,
  );
}
