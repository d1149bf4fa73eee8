import { addressOf, say } from "./page.js";

const everyMs = 5_000;
const timeoutMs = 10_000;
const place = document.getElementById("state");
const text = document.getElementById("state-text");
const count = (value) => value.toLocaleString(document.documentElement.lang);

/** Shows the state of the pool now and every few seconds from then on. */
export async function showState(readKey) {
  try {
    if (!document.hidden) await update(readKey());
  } catch {
    tell("bad", say("noAnswer"));
  }
  setTimeout(() => void showState(readKey), everyMs);
}

async function update(key) {
  if (key === "") return tell("notice", say("needsKey"));
  const response = await fetch(addressOf("api/v1/keys/status"), {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = await response.json();
  if (!response.ok) return tell("bad", body.error.message);
  const [tone, sentence] = describe(body);
  tell(tone, sentence);
}

/** The states in which a key is used, or is used again when a time has passed. */
const usableStates = ["available", "minute-limited", "day-limited", "parked"];

function describe({ keys, pool, queue, workers }) {
  const values = {
    slots: count(pool.slotsFree),
    left: count(pool.leftToday),
    perDay: count(pool.perDay),
    waiting: count(queue.waiting),
  };
  if (workers === 0) return ["bad", say("noWorker")];
  if (queue.paused) return ["notice", say("paused", values)];
  if (keys.length === 0) return ["bad", say("noKey")];
  const isAnyUsable = keys.some(({ state }) => usableStates.includes(state));
  if (!isAnyUsable) return ["bad", say("noneWorks")];
  if (pool.leftToday === 0) return ["notice", say("usedUp", values)];
  if (pool.slotsFree === 0) return ["notice", say("busy", values)];
  return ["good", say("ready", values)];
}

function tell(tone, sentence) {
  place.dataset.tone = tone;
  if (text.textContent !== sentence) text.textContent = sentence;
}
