// @ts-check
// Main process: one window, one utility process that has the pair, and a port between the two. Tokens do not pass through here.
import { fileURLToPath } from "node:url";
import { answer, ORIGIN } from "./page-files.mjs";
import { Supervisor } from "./supervisor.mjs";

/** @param {string} name */
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @param {any} electron what `import * as electron from "electron"` gives
 * @returns {Promise<{ window: any, supervisor: Supervisor }>}
 */
export async function startApp({
  app,
  BrowserWindow,
  MessageChannelMain,
  protocol,
  session,
  utilityProcess,
}) {
  app.enableSandbox();
  // A scheme of our own instead of file:, which could read every file of the user.
  protocol.registerSchemesAsPrivileged([{ scheme: "app", privileges: { standard: true, secure: true } }]);
  await app.whenReady();
  protocol.handle("app", (/** @type {Request} */ request) => answer(request.url));
  session.defaultSession.setPermissionRequestHandler(
    (/** @type {unknown} */ _contents, /** @type {string} */ _permission, /** @type {Function} */ reply) =>
      reply(false),
  );

  const window = new BrowserWindow({
    width: 900,
    height: 700,
    webPreferences: {
      preload: file("preload.cjs"),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
    },
  });
  window.webContents.setWindowOpenHandler(() => ({ action: "deny" }));
  window.webContents.on("will-navigate", (/** @type {{ preventDefault(): void }} */ event) =>
    event.preventDefault(),
  );

  let isLoaded = false;
  const connect = () => {
    if (!isLoaded || window.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    if (supervisor.connect(port1)) window.webContents.postMessage("pair-port", null, [port2]);
  };
  const supervisor = new Supervisor({
    fork: () => utilityProcess.fork(file("pair-process.mjs"), [], { serviceName: "foretoken" }),
    onStarted: connect,
    onEnded: (end) => {
      if (!window.isDestroyed()) window.webContents.send("pair-process", { type: "process-ended", ...end });
    },
  });
  supervisor.start();
  // A reloaded page has lost its port.
  window.webContents.on("did-finish-load", () => {
    isLoaded = true;
    connect();
  });
  app.on("window-all-closed", () => app.quit());
  app.on("before-quit", () => supervisor.close());
  await window.loadURL(`${ORIGIN}/index.html`);
  return { window, supervisor };
}
