import { showCountdowns } from "./countdowns.js";
import { sortTables } from "./sort-tables.js";
import { Idiomorph } from "./vendor/idiomorph.esm.js";
import { say } from "./words.js";

const everyMs = 2_000;
const patienceMs = 10_000;

const freshness = document.getElementById("freshness");
let newestBucket = 0;

/** Puts new contents into a part of the page; what has not changed keeps its focus and state. */
function replace(id, html) {
  const part = document.getElementById(id);
  if (!part) return;
  const { body } = new DOMParser().parseFromString(html, "text/html");
  // Before the rows are on the page: they do not move, and keep the focus.
  sortTables(body);
  Idiomorph.morph(part, body.innerHTML, {
    morphStyle: "innerHTML",
    // What somebody types is theirs.
    ignoreActiveValue: true,
    callbacks: {
      // Whether a person has opened something is not the server's business.
      beforeAttributeUpdated: (name) => name !== "open",
    },
  });
}

/** Says how fresh the page is. */
function tell(state, text) {
  if (!freshness) return;
  freshness.dataset.state = state;
  // The time is not read out every other second, the loss of the gateway is.
  freshness.role = state === "lost" ? "status" : null;
  if (freshness.textContent !== text) freshness.textContent = text;
}

async function update() {
  const { live = "/admin/live" } = document.body.dataset;
  const address = new URL(live, location.href);
  address.search = location.search;
  address.searchParams.set("after", String(newestBucket));
  const response = await fetch(address, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(patienceMs),
  });
  if (response.status === 401 || response.status === 403) {
    location.reload();
    return;
  }
  if (!response.ok) throw new Error(`The gateway answered ${response.status}`);
  const { top, rest, charts, newest, at } = await response.json();
  replace("live-top", top);
  replace("live-rest", rest ?? "");
  showCountdowns();
  if (charts) {
    // Not every page has charts.
    const { drawCharts } = await import("./charts.js");
    drawCharts(charts);
  }
  newestBucket = newest ?? 0;
  tell("live", say("asOf", { time: at }));
}

async function run() {
  try {
    if (!document.hidden) await update();
  } catch {
    tell("lost", say("lost"));
  }
  setTimeout(run, everyMs);
}

// A notice is said once, not again when the page is loaded anew.
const clean = new URL(location.href);
clean.searchParams.delete("done");
clean.searchParams.delete("target");
if (clean.href !== location.href) history.replaceState(null, "", clean);

showCountdowns();
void run();
