// @ts-check
// The page: sends prompts to `window.pair` (types: ../messages.d.ts) and shows what comes back.
/** @typedef {import("../messages.d.ts").PairEvent | import("../messages.d.ts").ProcessEvent} Event */

const { pair } = /** @type {{ pair: import("../messages.d.ts").PairBridge }} */ (
  /** @type {unknown} */ (window)
);
/** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}
const prompt = element("prompt", HTMLTextAreaElement);
const maxTokens = element("max-tokens", HTMLInputElement);
const generate = element("generate", HTMLButtonElement);
const stop = element("stop", HTMLButtonElement);
const status = element("status", HTMLElement);
const error = element("error", HTMLElement);
const text = element("text", HTMLElement);

let isReady = false;
let last = 0;
/** @type {number | null} */
let running = null;

function update() {
  generate.disabled = !isReady || running !== null;
  stop.disabled = running === null;
}

/** @param {string | null} message */
function showError(message) {
  error.hidden = message === null;
  error.textContent = message;
}

element("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  last += 1;
  running = last;
  text.replaceChildren();
  showError(null);
  status.textContent = "Generating …";
  update();
  pair.generate(running, prompt.value, { maxTokens: Number(maxTokens.value) });
});
stop.addEventListener("click", () => {
  if (running !== null) pair.stop(running);
});

/** @param {number | null} value @param {string} unit */
const figure = (value, unit) => (value === null ? [] : [`${value.toFixed(2)} ${unit}`]);

/** @param {Event} event */
function show(event) {
  if ("id" in event && event.id !== null && event.id !== running) return;
  switch (event.type) {
    case "loading":
      status.textContent = `Loading the models: ${Math.round(100 * event.fraction)}%`;
      break;
    case "ready":
      isReady = true;
      status.textContent = "Ready";
      break;
    case "tokens":
      for (const token of event.tokens) {
        const span = document.createElement("span");
        span.className = token.origin;
        span.textContent = token.text;
        text.append(span);
      }
      break;
    case "end": {
      const { finishReason, tokens, tokensPerRound, tokensPerSecond } = event.end;
      running = null;
      status.textContent = [
        `${tokens} tokens (${finishReason})`,
        ...figure(tokensPerRound, "per pass of the target"),
        ...figure(tokensPerSecond, "per second"),
      ].join(", ");
      break;
    }
    case "error":
      running = null;
      status.textContent = isReady ? "Ready" : "The models could not be loaded";
      showError(`${event.error.code ?? event.error.name}: ${event.error.message}`);
      break;
    case "process-ended":
      isReady = false;
      running = null;
      status.textContent = event.restarting ? "Starting again …" : "Stopped: it ended too often";
      showError(`The models' process ended with code ${event.code}`);
      break;
  }
  update();
}
pair.onEvent(show);
