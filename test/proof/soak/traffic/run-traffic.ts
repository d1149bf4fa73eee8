import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange, Reply } from "./exchange.ts";
import { type Kind, kinds, type Sender, sendCompletion } from "./kinds.ts";
import type { Tally } from "./tally.ts";

/** Of all requests, those whose client goes before the answer. */
const hangUpShare = 4;
const longestPatienceMs = 400;
/** More than this many open at once means that nothing comes back any more. */
const mostOpen = 20_000;

/** Sends requests of all kinds at random moments, so many a second, until it is told to stop; then waits for the rest. */
export async function runTraffic(deps: {
  exchange: Exchange;
  clientKeys: readonly string[];
  rate: number;
  tally: Tally;
  signal: AbortSignal;
}): Promise<void> {
  const { exchange, clientKeys, rate, tally, signal } = deps;
  const open = new Set<Promise<void>>();
  let dueAt = performance.now();
  for (let number = 0; !signal.aborted; number += 1) {
    // Poisson arrivals: gaps are independent of each other and of the answers.
    dueAt += (-Math.log(1 - Math.random()) / rate) * 1_000;
    const aheadMs = dueAt - performance.now();
    if (aheadMs > 1) await sleep(aheadMs);
    if (tally.open > mostOpen) throw new Error("Nothing is answered any more");
    const key = clientKeys[number % clientKeys.length];
    const sender = { exchange, number, headers: bearer(key) };
    const sent = sendOne(sender, tally).finally(() => open.delete(sent));
    open.add(sent);
  }
  await Promise.all(open);
}

/** Headers of a client. */
export function bearer(key: string | undefined): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

async function sendOne(sender: Sender, tally: Tally): Promise<void> {
  tally.sent();
  let at = Math.random() * 100;
  if (at < hangUpShare) return hangUp(sender, tally);
  at = ((at - hangUpShare) / (100 - hangUpShare)) * totalShare;
  const kind = kinds.find(({ share }) => {
    at -= share;
    return at < 0;
  });
  if (kind) await send(kind, sender, tally);
}

const totalShare = kinds.reduce((sum, { share }) => sum + share, 0);

async function send(kind: Kind, sender: Sender, tally: Tally): Promise<void> {
  const startedAt = performance.now();
  let reply: Reply;
  try {
    reply = await kind.send(sender);
  } catch (error) {
    tally.lost(kind.name, error instanceof Error ? error.message : "?");
    return;
  }
  if (!kind.expects.includes(reply.status)) {
    tally.refused(kind.name, reply.status);
  } else if (isBrokenStream(reply)) {
    tally.refused(kind.name, "broken");
  } else if (kind.name === "chat") {
    tally.answered(performance.now() - startedAt);
  } else {
    tally.answered();
  }
}

function isBrokenStream({ headers, text }: Reply): boolean {
  const type = String(headers["content-type"] ?? "");
  if (!type.startsWith("text/event-stream")) return false;
  return !/data: \[DONE\]|event: message_stop/.test(text.slice(-200));
}

/** A client that goes away before its answer; now and then the answer is faster. */
async function hangUp(sender: Sender, tally: Tally): Promise<void> {
  const patienceMs = Math.random() * longestPatienceMs;
  const signal = AbortSignal.timeout(Math.ceil(patienceMs));
  const extra = sender.number % 2 ? { stream: true } : {};
  await sendCompletion(sender, "/chat/completions", extra, signal).catch(
    () => undefined,
  );
  tally.hungUp();
}
