import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { PoolStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { createDispatcher } from "@openrouter-free-pool/shared/http/create-dispatcher";
import type { Repetition } from "@openrouter-free-pool/shared/timers/repeat";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { startNotifier } from "../../../apps/gateway/src/notifications/notifier.ts";
import { createSendNotification } from "../../../apps/gateway/src/notifications/send-notification.ts";
import { createToldConditions } from "../../../apps/gateway/src/notifications/told-conditions.ts";
import { openRedis } from "../../support/redis/open-redis.ts";
import { until } from "../../support/until.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A chat that keeps what it is told. */
async function openChat() {
  const received: { path: string | undefined; text: string }[] = [];
  const chat = { received, status: 200, url: "" };
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    received.push({ path: request.url, text: body.text });
    response.writeHead(chat.status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => server.close());
  chat.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/top-secret`;
  return chat;
}

test("of several gateways one tells each thing once, again when nobody took it, and the address stays secret", async () => {
  const chat = await openChat();
  const lines: string[] = [];
  const logger = pino(
    { level: "debug" },
    { write: (line: string) => void lines.push(line) },
  );
  const { redis, redisKeys } = openRedis();
  const dispatcher = createDispatcher({});
  closing.push(() => dispatcher.close());
  const facts = { workers: 1, goneModels: [] as string[], now: 1_000_000 };
  const status = (): PoolStatus => ({
    keys: [],
    pool: {
      keys: 0,
      available: 0,
      accounts: 0,
      perMinute: 0,
      windowMs: 60_000,
      slotsFree: 0,
      perDay: 0,
      leftToday: 5,
    },
    queue: { waiting: 0, inFlight: 0, paused: false },
    workers: facts.workers,
  });
  const notifiers: Repetition[] = [1, 2, 3].map(() =>
    startNotifier({
      read: async () => ({
        status: status(),
        dayEndsAt: 0,
        now: facts.now,
        goneModels: facts.goneModels.map((model) => ({
          model,
          isNews: false,
          since: 0,
          until: 0,
          message: "",
        })),
      }),
      told: createToldConditions(redis, redisKeys),
      send: createSendNotification({
        targets: [{ url: chat.url, form: "slack" }],
        dispatcher,
        logger,
      }),
      logger,
      times: { turnMs: 300, pollMs: 20, noWorkerForMs: 30_000 },
    }),
  );
  closing.push(() => Promise.all(notifiers.map(({ stop }) => stop())));
  const toldOf = (what: string) =>
    chat.received.filter(({ text }) => text.includes(what)).length;

  chat.status = 500;
  facts.goneModels = ["m/a:free"];
  await until("it was tried twice", () => toldOf("m/a:free") >= 2);
  chat.status = 200;
  const tries = toldOf("m/a:free");
  await until("somebody took it", () => toldOf("m/a:free") > tries);
  const { length: before } = chat.received;

  // Back within the hour, and a worker that restarts: no news.
  facts.goneModels = [];
  facts.workers = 0;
  await until("all have looked", async () => {
    facts.now += 1_000;
    return facts.now > 1_010_000;
  });
  facts.workers = 1;
  facts.goneModels = ["m/a:free", "m/b:free"];
  await until("the other one is told", () => toldOf("m/b:free") === 1);
  expect(chat.received).toHaveLength(before + 1);
  expect(toldOf("No worker")).toBe(0);

  facts.workers = 0;
  facts.now += 1_000;
  await until("the missing worker is told", () => {
    facts.now += 5_000;
    return toldOf("No worker") === 1;
  });
  expect(chat.received[0]?.path).toBe("/hook/top-secret");
  expect(lines.join("")).toContain("A notification was refused");
  expect(lines.join("")).not.toContain("top-secret");
});
