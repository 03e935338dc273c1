// @ts-check
// Sandboxed and isolated: gives the page `window.pair` and nothing else of Electron. Types: messages.d.ts.
const { contextBridge, ipcRenderer } = require("electron");

/** @type {MessagePort | null} */
let port = null;
/** @type {((event: unknown) => void) | null} */
let listener = null;
/** @type {unknown[]} What came before somebody listened. */
let early = [];

/** @param {unknown} event */
function emit(event) {
  if (listener === null) early.push(event);
  else listener(event);
}

ipcRenderer.on("pair-port", (/** @type {{ ports: MessagePort[] }} */ { ports }) => {
  port?.close();
  port = ports[0] ?? null;
  if (port !== null) port.onmessage = ({ data }) => emit(data);
});
ipcRenderer.on("pair-process", (/** @type {unknown} */ _, /** @type {unknown} */ event) => emit(event));

/** @type {import("./messages.d.ts").PairBridge} */
const bridge = {
  generate: (id, prompt, options = {}) => port?.postMessage({ type: "generate", id, prompt, options }),
  stop: (id) => port?.postMessage({ type: "stop", id }),
  onEvent(given) {
    listener = /** @type {(event: unknown) => void} */ (given);
    for (const event of early) listener(event);
    early = [];
  },
};
contextBridge.exposeInMainWorld("pair", bridge);
