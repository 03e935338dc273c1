/** The Electron example's main-process code: the real utility process in a worker, and Electron's parts as fakes. */
import { EventEmitter } from "node:events";
import { Worker } from "node:worker_threads";
import t, { type Test } from "tap";
import { startApp } from "../../examples/electron/app.mjs";
import { answer } from "../../examples/electron/page-files.mjs";
import { Supervisor } from "../../examples/electron/supervisor.mjs";
import { PairWindow } from "../helpers/electron-window.js";

/** Electron's UtilityProcess over a worker. */
class Utility extends EventEmitter {
  readonly worker = new Worker(new URL("../fixtures/process/electron-utility.mjs", import.meta.url), {
    execArgv: [],
  });
  readonly exited = new Promise<number>((resolve) => this.once("exit", resolve));

  constructor() {
    super();
    this.worker.on("exit", (code) => this.emit("exit", code));
  }

  postMessage(message: unknown, ports: PairWindow["remote"][] = []): void {
    this.worker.postMessage({ message, ports }, ports);
  }

  kill(): void {
    void this.worker.terminate();
  }
}

function supervised(t: Test) {
  const processes: Utility[] = [];
  const windows: PairWindow[] = [];
  const ends: unknown[] = [];
  const supervisor: Supervisor = new Supervisor({
    fork: () => {
      processes.push(new Utility());
      return processes.at(-1) as Utility;
    },
    onStarted: () => {
      windows.push(new PairWindow());
      supervisor.connect(windows.at(-1)?.remote);
    },
    onEnded: (end) => ends.push(end),
  });
  t.teardown(() => supervisor.close());
  supervisor.start();
  return { supervisor, processes, windows, ends };
}

t.test(
  "a process that ends on its own is told of and started again; one that is closed is not",
  async (t) => {
    const { supervisor, processes, windows, ends } = supervised(t);
    await windows[0]?.event("ready");
    processes[0]?.postMessage({ type: "die" });
    await processes[0]?.exited;
    t.strictSame(ends, [{ code: 7, restarting: true }]);
    windows[1]?.send({ type: "generate", id: 1, prompt: "The fox", options: { maxTokens: 4 } });
    t.equal((await windows[1]?.event("end", 1))?.end.tokens, 4);
    supervisor.close();
    t.equal(await processes[1]?.exited, 0);
    t.equal(processes.length, 2);
    t.equal(ends.length, 1);
  },
);

t.test("one that keeps ending is given up, unless its ends lie far apart", async (t) => {
  for (const [apart, forks] of [
    [1, 3],
    [40_000, 12],
  ] as const) {
    const ends: { restarting: boolean }[] = [];
    let now = 0;
    let last = new EventEmitter();
    let forked = 0;
    const supervisor = new Supervisor({
      fork: () => {
        forked += 1;
        last = Object.assign(new EventEmitter(), { postMessage() {}, kill() {} });
        return last as ReturnType<ConstructorParameters<typeof Supervisor>[0]["fork"]>;
      },
      onStarted: () => {},
      onEnded: (end) => ends.push(end),
      now: () => now,
    });
    supervisor.start();
    while (ends.length < 11 && ends.at(-1)?.restarting !== false) {
      now += apart;
      last.emit("exit", 1);
    }
    t.equal(forked, forks);
    t.equal(supervisor.connect(null), apart > 1);
  }
});

t.test(
  "the window is sandboxed, stays on its page, and gets a port whenever page or process begins",
  async (t) => {
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: () => unknown) => t.strictSame(handler(), { action: "deny" }),
      postMessage: (...message: unknown[]) => posted.push(message),
      send: (...message: unknown[]) => posted.push(message),
    });
    const posted: unknown[] = [];
    const processes: EventEmitter[] = [];
    const given: unknown[] = [];
    class BrowserWindow {
      webContents = contents;
      constructor({ webPreferences }: { webPreferences: object }) {
        t.match(webPreferences, { sandbox: true, contextIsolation: true, nodeIntegration: false });
      }
      isDestroyed = () => false;
      loadURL = async (url: string) => t.equal(url, "app://foretoken/index.html");
    }
    const app = Object.assign(new EventEmitter(), {
      enableSandbox() {},
      whenReady: async () => {},
      quit() {},
    });
    await startApp({
      app,
      BrowserWindow,
      MessageChannelMain: class {
        port1 = "main end";
        port2 = "window end";
      },
      protocol: { registerSchemesAsPrivileged() {}, handle: (scheme: string) => t.equal(scheme, "app") },
      session: { defaultSession: { setPermissionRequestHandler() {} } },
      utilityProcess: {
        fork() {
          const child = { postMessage: (...message: unknown[]) => given.push(message), kill() {} };
          processes.push(Object.assign(new EventEmitter(), child));
          return processes.at(-1);
        },
      },
    });
    const port = ["pair-port", null, ["window end"]];
    t.strictSame(posted, [], "no port before there is a page");
    contents.emit("did-finish-load");
    contents.emit("did-finish-load");
    t.strictSame(posted, [port, port]);
    processes[0]?.emit("exit", 9);
    t.strictSame(posted.slice(2), [
      ["pair-process", { type: "process-ended", code: 9, restarting: true }],
      port,
    ]);
    contents.emit("will-navigate", { preventDefault: () => t.pass("navigation is refused") });
    app.emit("before-quit");
    t.strictSame(given.at(-1), [{ type: "close" }]);
    processes[1]?.emit("exit", 0);
    t.equal(processes.length, 2);
  },
);

t.test("the page's scheme gives the page's files with a policy, and no others", async (t) => {
  const page = await answer("app://foretoken/index.html");
  t.match(
    page.headers.get("content-security-policy"),
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  for (const path of ["/", "/main.mjs", "/../main.mjs", "/%2e%2e/package.json", "/constructor"])
    t.equal((await answer(`app://foretoken${path}`)).status, 404, path);
});
