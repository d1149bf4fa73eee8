import { afterEach, expect, inject, test } from "vitest";
import type { CallRecord, Fault } from "../../simulator/start-simulator.ts";
import {
  type ChatResult,
  chat,
  countStatuses,
} from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const restMs = 3_000;

/** One for each account: OpenRouter refuses although our own counters have plenty of room. */
const refusals: { fault: Fault; state: string }[] = [
  {
    fault: { kind: "429-account-minute", resetInMs: restMs },
    state: "minute limit reached",
  },
  {
    fault: {
      kind: "429-account-minute",
      resetInMs: restMs,
      spelling: "free-models-per-minute",
      headersIn: "http",
    },
    state: "minute limit reached",
  },
  {
    // Nothing is stated: until the end of the window.
    fault: { kind: "429-account-minute", headersIn: "none" },
    state: "minute limit reached",
  },
  {
    fault: { kind: "429-account-day", resetInMs: restMs, headersIn: "body" },
    state: "daily limit reached",
  },
  {
    fault: { kind: "429-account-reset-after", seconds: restMs / 1_000 },
    state: "rate limited for 3s",
  },
];

test("a refused account rests until the stated reset and not longer, and no client sees it", async ({
  annotate,
}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: refusals.length + 1,
    perMinute: 10_000,
    perDay: 100_000,
    windowMs: restMs,
    simulator: { latencyMs: 20 },
  });
  const { url, simulator, workers } = stack;
  await simulator.script(
    refusals.map(({ fault }, index) => ({
      match: { account: `account-${index}` },
      fault,
    })),
  );

  const answers = await keepAsking(url, async () => {
    const calls = await simulator.calls();
    return refusals.every((_, index) => findRest(calls, index)?.returned);
  });

  expect(countStatuses(answers)).toEqual({ 200: answers.length });
  const calls = await simulator.calls();
  for (const [index, { fault, state }] of refusals.entries()) {
    const rest = findRest(calls, index);
    const message = `Marked key ${maskOf(index)} as ${state}`;
    const [line, ...more] = workers[0]?.logged(message) ?? [];
    expect(line, message).toBeDefined();
    expect(more).toEqual([]);
    const parkedUntil = Date.parse(String(line?.time)) + Number(line?.restMs);
    const returnedAt = rest?.returned?.at ?? 0;
    const overtakers = calls.filter(
      ({ at }) => at > parkedUntil && at < returnedAt,
    );
    await annotate(
      `${fault.kind}: back after ${returnedAt - (rest?.refused.at ?? 0)} of ${restMs} ms; ${overtakers.length} other calls went before`,
    );
    expect(returnedAt - (rest?.refused.at ?? 0)).toBeGreaterThanOrEqual(restMs);
    // The least recently used account is the next one to be called.
    expect(overtakers.length).toBeLessThanOrEqual(10);
  }
});

test("a refused request keeps its place in a backlog of 500", async ({
  annotate,
}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 6,
    perMinute: 40,
    perDay: 100_000,
    windowMs: 1_000,
    workers: 0,
    // Long beside the way back of a refused request, in which up to
    // WORKER_CONCURRENCY others finish for each time that this passes.
    simulator: { latencyMs: 100 },
  });
  const { url, simulator } = stack;
  const struck = new Map<number, Fault>([
    [60, { kind: "429-account-minute", resetInMs: 1_000 }],
    [200, { kind: "429-account-day", resetInMs: 2_000 }],
    [350, { kind: "429-account-reset-after", seconds: 1 }],
    [480, { kind: "429-account-minute", headersIn: "none" }],
  ]);
  await simulator.script(
    [...struck].map(([place, fault]) => ({
      match: { marker: `place-${place}` },
      fault,
    })),
  );
  const finished: number[] = [];
  const asked: Promise<ChatResult>[] = [];
  for (let place = 0; place < 500; place += 1) {
    const answer = chat(url, { marker: `place-${place}` });
    asked.push(answer.finally(() => finished.push(place)));
    // In order: the next one is sent when this one stands in line.
    if (place % 10 === 9) {
      await until(
        `${place + 1} wait`,
        async () => (await readPoolStatus(url)).queue.waiting === place + 1,
      );
    }
  }
  await stack.startWorker();
  const answers = await Promise.all(asked);

  expect(countStatuses(answers)).toEqual({ 200: 500 });
  for (const [place, { kind }] of struck) {
    const finishedAs = finished.indexOf(place);
    await annotate(`${kind}: stood at ${place}, finished as ${finishedAs}`);
    expect(Math.abs(finishedAs - place)).toBeLessThanOrEqual(60);
    expect(answers[place]?.headers.get("x-attempts")).toBe("2");
  }
});

test("a request that its only account refuses waits for the reset, at the head of the line", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1_000,
    perDay: 10_000,
    env: { WORKER_CONCURRENCY: "1" },
    simulator: { latencyMs: 20 },
  });
  const { url, simulator } = stack;
  await simulator.script([
    {
      match: { marker: "first" },
      fault: { kind: "429-account-minute", resetInMs: 1_000 },
    },
  ]);
  const finished: string[] = [];
  const ask = (marker: string) =>
    chat(url, { marker }).finally(() => finished.push(marker));
  const first = ask("first");
  await until("the first one was refused", async () => {
    const { byStatus } = await simulator.summary();
    return byStatus[429];
  });
  const others = ["second", "third"].map(ask);

  expect((await first).status).toBe(200);
  expect((await first).headers.get("x-attempts")).toBe("2");
  expect(countStatuses(await Promise.all(others))).toEqual({ 200: 2 });
  expect(finished[0]).toBe("first");
});

/** Sends requests over a few connections until the condition holds. */
async function keepAsking(
  url: string,
  isEnough: () => Promise<boolean>,
): Promise<ChatResult[]> {
  const answers: ChatResult[] = [];
  let isOver = false;
  const clients = Array.from({ length: 5 }, async () => {
    while (!isOver) answers.push(await chat(url));
  });
  try {
    await until("enough was asked", isEnough);
  } finally {
    isOver = true;
    await Promise.all(clients);
  }
  return answers;
}

type Rest = { refused: CallRecord; returned: CallRecord | undefined };

/** The refused call of an account, and its first call after the rest. */
function findRest(
  calls: readonly CallRecord[],
  index: number,
): Rest | undefined {
  const own = calls.filter(({ account }) => account === `account-${index}`);
  const refused = own.find(({ status }) => status === 429);
  if (!refused) return undefined;
  // What was on its way when the refusal came back does not count.
  const returned = own.find(({ at }) => at > refused.at + restMs / 3);
  return { refused, returned };
}

function maskOf(index: number): string {
  const key = testKey(index);
  return `${key.slice(0, 12)}...${key.slice(-3)}`;
}
