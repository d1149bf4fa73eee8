import { setTimeout as sleep } from "node:timers/promises";
import { askUntilAnswered, type Outcome } from "./clients.ts";

/** A window in place of a minute. */
export const windowMs = 4_000;
/** Wide enough for a machine on which calls are late by a second at times. */
export const guardMs = 1_200;
export const accounts = 3;
export const perMinute = 20;

const atOnce = 100;
/** What arrives while the fault lasts. */
const later = 50;
const laterEveryMs = 150;
const streamsEvery = 5;

/** All requests of the load. */
export const loadRequests = Array.from(
  { length: atOnce + later },
  (_, index) => ({
    index,
    marker: `job-${index}`,
    isStream: index % streamsEvery === 0,
  }),
);

/** How long a pool without a fault needs, in ms: two more windows. */
export const optimumMs = 2 * (windowMs + guardMs + windowMs / 20);

/** 100 requests at once and 50 over the next 7.5 s, every fifth a stream, half of them at each gateway. */
export async function sendLoad(urls: readonly string[]): Promise<Outcome[]> {
  const asked: Promise<Outcome>[] = [];
  for (const request of loadRequests) {
    if (request.index >= atOnce) await sleep(laterEveryMs);
    asked.push(askUntilAnswered(urls, request));
  }
  return Promise.all(asked);
}
