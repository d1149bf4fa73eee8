import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, inject, test, vi } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  largeBody,
  postChat,
  postShared,
} from "../../support/clients/large-body.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { type Answer, send } from "../../support/clients/send.ts";
import { residentMiB, watchMemory } from "../../support/processes/memory.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

// Some seconds on a quiet machine.
vi.setConfig({ testTimeout: 180_000 });

let stack: Stack | undefined;
afterEach(() => stack?.stop());

/** A gateway with a small heap, and a pool that has one slot to give. */
const start = async (env: Record<string, string> = {}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1,
    perDay: 10_000,
    env: {
      NODE_OPTIONS: "--max-old-space-size=512",
      MAX_WAIT_MS: "86400000",
      ...env,
    },
  });
  return stack;
};

test.for([
  ["Latin", "x"],
  ["other", "日"],
] as const)(
  "60 requests of 9.9 MB with %s letters wait, and the gateway stays small",
  async ([, filler], { annotate }) => {
    const { url, gateways } = await start();
    const pid = gateways[0]?.pid ?? 0;
    const before = residentMiB(pid);
    const memory = watchMemory({ gateway: pid });
    const hangUp = new AbortController();
    const body = largeBody(9_900_000, "large", filler);
    const all = Array.from({ length: 60 }, () =>
      sendUntilTaken(url, body, hangUp.signal),
    );
    await until(
      "all wait",
      async () => (await countWaiting(url)) >= 59,
      150_000,
    );
    const { gateway } = memory.stop();
    const after = residentMiB(pid);
    await annotate(
      `MiB: ${before}, at most ${gateway?.highest}, then ${after}`,
    );
    expect(gateway?.highest).toBeLessThan(before + 600);
    expect((await send(`${url}/health`)).status).toBe(200);
    hangUp.abort();
    await Promise.all(all);
  },
);

/** As clients do: a 503 with `Retry-After` is tried again. */
async function sendUntilTaken(
  url: string,
  body: Buffer,
  signal: AbortSignal,
): Promise<void> {
  while ((await postShared(url, body, signal)) === 503) await sleep(1_000);
}

test("bodies of millions of brackets are refused at once", async () => {
  const { url, gateways } = await start();
  const pid = gateways[0]?.pid ?? 0;
  const before = residentMiB(pid);
  const head = `{"model":"${testModel}","messages":`;
  const body = Buffer.from(
    `${head}${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}`,
  );
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => postChat(url, body)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(400));
  expect(residentMiB(pid)).toBeLessThan(before + 150);
});

test.for([
  ["off", "0"],
  ["on", "60"],
])(
  "/health answers while 8 bodies of 600,000 names arrive, with the response cache %s",
  async ([, seconds = ""], { annotate }) => {
    const { url } = await start({ RESPONSE_CACHE_TTL_SECONDS: seconds });
    const names = Array.from({ length: 600_000 }, (_, i) => [`n${i}`, i]);
    const body = Buffer.from(
      JSON.stringify({
        model: testModel,
        messages: [{ role: "user", content: "Hello" }],
        ...Object.fromEntries(names),
      }),
    );
    const quiet: Answer[] = [];
    while (quiet.length < 20) quiet.push(await send(`${url}/health`));
    const hangUp = new AbortController();
    const sent = Array.from({ length: 8 }, () =>
      postShared(url, body, hangUp.signal),
    );
    const probes: Answer[] = [];
    await until("all but the first wait", async () => {
      probes.push(await send(`${url}/health`));
      return (
        (await countWaiting(url)) >= (seconds === "0" ? 7 : 0) &&
        probes.length > 20
      );
    });
    const slowest = slowestOf(probes);
    await annotate(`slowest of ${probes.length}: ${Math.round(slowest)} ms`);
    // A machine that is busy with other things is slow without any body, too.
    expect(slowest).toBeLessThan(Math.max(250, 20 * slowestOf(quiet)));
    hangUp.abort();
    await Promise.all(sent);
  },
);

const slowestOf = (answers: readonly Answer[]) =>
  Math.max(...answers.map(({ tookMs }) => tookMs));

/** Where all share one slow machine, Redis can seem away for a moment. */
const countWaiting = (url: string) =>
  readPoolStatus(url).then(
    ({ queue }) => queue.waiting,
    () => -1,
  );
