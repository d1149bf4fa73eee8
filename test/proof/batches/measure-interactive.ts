import { setTimeout as sleep } from "node:timers/promises";
import { chat } from "../../support/clients/chat.ts";

const requests = 50;
const everyMs = 100;

/** Sends 50 requests, one every 100 ms. @returns how long each waited in the queue, in ms. */
export async function measureInteractive(url: () => string): Promise<number[]> {
  const waiting: Promise<number>[] = [];
  for (let i = 0; i < requests; i += 1) {
    waiting.push(measure(url()));
    await sleep(everyMs);
  }
  return Promise.all(waiting);
}

async function measure(url: string): Promise<number> {
  const { status, headers } = await chat(url, { marker: "interactive" });
  if (status !== 200) throw new Error(`A request was answered ${status}`);
  return Number(headers.get("x-queue-time-ms"));
}
