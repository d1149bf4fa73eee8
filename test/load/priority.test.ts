import { afterEach, expect, inject, test } from "vitest";
import {
  burst,
  type ChatResult,
  chat,
  countStatuses,
} from "../support/clients/chat.ts";
import { type Stack, startStack } from "../support/processes/stack.ts";
import { until } from "../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(perMinute: number, windowMs = 2_000): Promise<Stack> {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute,
    perDay: 100_000,
    windowMs,
    workers: 1,
  });
  return stack;
}

const withPriority = (priority: string, marker: string) => ({
  marker,
  headers: { "x-priority": priority },
});

async function untilQueued(url: string, count: number): Promise<void> {
  await until(`${count} requests wait`, async () => {
    const status = await fetch(`${url}/api/v1/keys/status`);
    const { queue } = (await status.json()) as { queue: { waiting: number } };
    return queue.waiting >= count;
  });
}

test("ten urgent requests behind 1,000 others are the next ten to go out", async ({
  annotate,
}) => {
  // The first ones go out as they come; then no slot is free for a while, in which the urgent ones come.
  const perWindow = 500;
  const { url, simulator } = await start(perWindow / 2, 10_000);
  const leaving = new AbortController();
  const low = burst(url, perWindow + 1_000, (i) => ({
    ...withPriority("low", `low-${i}`),
    signal: leaving.signal,
  })).catch(() => "left");
  await untilQueued(url, 1_000);
  await until("every slot is taken", async () => {
    return (await simulator.summary()).total >= perWindow;
  });
  const before = (await simulator.summary()).total;
  const high = await burst(url, 10, (i) => withPriority("high", `high-${i}`));
  expect(countStatuses(high)).toEqual({ 200: 10 });

  // A call that came too soon and was refused is not the one that counts.
  const calls = await simulator.calls({
    path: "/chat/completions",
    kind: "ok",
  });
  const places = calls.flatMap(({ marker }, place) =>
    marker?.startsWith("high-") ? [place] : [],
  );
  expect(places).toHaveLength(10);
  // Side by side, and after what was under way when they came. Calls that are granted one
  // after the other go out over connections of their own: a few can arrive in another order.
  const span = (places.at(-1) ?? 0) - (places[0] ?? 0) + 1;
  await annotate(`the ten are among ${span} calls, of 1,510`);
  expect(span).toBeLessThan(40);
  expect(places[0] ?? 0).toBeLessThan(before + 10);
  // The others need not be waited for.
  leaving.abort();
  expect(await low).toBe("left");
});

test("under a constant stream of urgent requests the others still get a share", async ({
  annotate,
}) => {
  const { url, simulator } = await start(50);
  let isOver = false;
  const urgent: Promise<ChatResult>[] = [];
  // Always many more of them than there are slots.
  const feeder = (async () => {
    while (!isOver) {
      urgent.push(
        ...Array.from({ length: 60 }, () =>
          chat(url, withPriority("high", "high")),
        ),
      );
      await until("the backlog shrinks", async () => {
        const { queue } = (await (
          await fetch(`${url}/api/v1/keys/status`)
        ).json()) as { queue: { waiting: number } };
        return isOver || queue.waiting < 200;
      });
    }
  })();
  await untilQueued(url, 50);
  const before = (await simulator.summary()).total;
  const low = await burst(url, 10, (i) => withPriority("low", `low-${i}`));
  const after = (await simulator.summary()).total;
  expect(countStatuses(low)).toEqual({ 200: 10 });
  isOver = true;
  await feeder;
  await annotate(`10 low calls among ${after - before}`);
  // One in 21: it is a share, and a small one.
  expect(after - before).toBeGreaterThan(10 * 10);
  expect(countStatuses(await Promise.all(urgent))).toEqual({
    200: urgent.length,
  });
});

test("the flexible tier counts as low, and a wrong priority is refused", async () => {
  const { url } = await start(100);
  const wrong = await chat(url, { headers: { "x-priority": "urgent" } });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain("X-Priority");
  const flexible = burst(url, 300, (i) => ({
    marker: `flex-${i}`,
    extra: { service_tier: "flex" },
  }));
  await untilQueued(url, 50);
  const normal = await chat(url);
  const before = (await stack?.simulator.summary())?.total ?? 0;
  expect(normal.status).toBe(200);
  expect(before).toBeLessThan(300);
  expect(countStatuses(await flexible)).toEqual({ 200: 300 });
});
