import { say } from "./words.js";

const secondMs = 1_000;

/** When each countdown ends, on this page's clock; the server states the time left. */
const endings = new WeakMap();

/** Takes over what the server states. */
export function showCountdowns() {
  for (const element of document.querySelectorAll("[data-countdown-ms]")) {
    const leftMs = Number(element.dataset.countdownMs);
    endings.set(element, performance.now() + leftMs);
  }
}

/** The same words as the server's. */
function describe(ms) {
  const seconds = Math.max(0, Math.ceil(ms / secondMs));
  if (seconds < 60) return say("seconds", { count: seconds });
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const large = say("minutes", { count: minutes });
  if (rest === 0) return large;
  return say("two", { large, small: say("seconds", { count: rest }) });
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-countdown-ms]")) {
    const leftMs = (endings.get(element) ?? 0) - performance.now();
    // Hours do not need to tick.
    if (leftMs < 3_600_000) element.textContent = describe(leftMs);
  }
}, secondMs);
