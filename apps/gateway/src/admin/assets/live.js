import { showCountdowns } from "./countdowns.js";
import { sortTables } from "./sort-tables.js";
import { Idiomorph } from "./vendor/idiomorph.esm.js";
import { say } from "./words.js";

const everyMs = 2_000;
const patienceMs = 10_000;

const freshness = document.getElementById("freshness");
let newestBucket = 0;

/** Replaces the contents of a part of the page; elements that have not changed keep their focus and state. */
function replace(id, html) {
  const part = document.getElementById(id);
  if (!part) return;
  const { body } = new DOMParser().parseFromString(html, "text/html");
  // Sorted before they are inserted: rows do not move, and keep the focus.
  sortTables(body);
  Idiomorph.morph(part, body.innerHTML, {
    morphStyle: "innerHTML",
    // What somebody is typing is kept.
    ignoreActiveValue: true,
    callbacks: {
      // Whether a person has opened an element is not for the server to decide.
      beforeAttributeUpdated: (name) => name !== "open",
    },
  });
}

/** Shows how fresh the page is. */
function tell(state, text) {
  if (!freshness) return;
  freshness.dataset.state = state;
  // Screen readers announce the loss of the gateway, not the time every other second.
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

// A notice is shown once, not again when the page is reloaded.
const clean = new URL(location.href);
clean.searchParams.delete("done");
clean.searchParams.delete("target");
if (clean.href !== location.href) history.replaceState(null, "", clean);

showCountdowns();
void run();
