import { afterEach, expect, inject, test } from "vitest";
import {
  type ChatResult,
  chat,
  countStatuses,
} from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import {
  type StreamResult,
  streamChat,
} from "../../support/clients/stream-chat.ts";
import {
  findNginx,
  type Nginx,
  startNginx,
} from "../../support/network/nginx.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const clients = 24;

let stack: Stack | undefined;
let nginx: Nginx | undefined;
afterEach(async () => {
  await nginx?.stop();
  await stack?.stop();
});

test("both gateways and all workers are restarted behind nginx, and no request fails or is called twice", async (ctx) => {
  const binary = findNginx();
  if (!binary) return ctx.skip("needs nginx on the PATH");
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 4,
    perMinute: 10,
    perDay: 100_000,
    windowMs: 1_000,
    gateways: 2,
    workers: 2,
    // Longer than the longest wait and call, as behind nginx in earnest.
    env: { SHUTDOWN_GRACE_MS: "30000", STREAM_COMMENT_MS: "200" },
    simulator: { latencyMs: 250, jitterMs: 150, chunks: 4, interChunkMs: 50 },
  });
  const { simulator, gateways, workers, startGateway, startWorker } = stack;
  nginx = await startNginx(binary, gateways);
  const load = startLoad(nginx.url);
  await until("requests wait", () => load.plain.length > 20);

  for (const worker of [...workers]) {
    await startWorker();
    expect(await worker.stop()).toBe(0);
  }
  for (const gateway of [...gateways]) {
    const { port } = new URL(gateway.url);
    expect(await gateway.stop()).toBe(0);
    await startGateway({ PORT: port });
    const served = load.plain.length;
    await until("more is served", () => load.plain.length > served + 20);
  }
  await load.stop();

  const { plain, streams, sent } = load;
  await ctx.annotate(
    `${plain.length} plain and ${streams.length} streamed requests while all of 2 gateways and 2 workers were restarted`,
  );
  expect(countStatuses(plain)).toEqual({ 200: plain.length });
  for (const { status, isWhole, bytes } of streams) {
    expect({ status, isWhole }).toEqual({ status: 200, isWhole: true });
    expect(bytes.toString()).toMatch(/data: \[DONE\]\n\n$/);
  }
  const calls = await simulator.calls();
  const answered = calls.filter(({ status }) => status === 200);
  expect(answered).toHaveLength(sent());
  expect(new Set(answered.map(({ marker }) => marker)).size).toBe(sent());
  // On a crowded machine a call can be later than the guard; it is refused, and nothing else is called again.
  const { quotaViolations } = await simulator.summary();
  await ctx.annotate(`${quotaViolations} calls refused over quota`);
  expect(calls).toHaveLength(sent() + quotaViolations);
});

test("a balancer that goes by /ready turns away before the door is closed", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: { SHUTDOWN_DELAY_MS: "1500" },
  });
  const { url, gateways } = stack;
  const stopped = gateways[0]?.stop();
  const notReady = await until("it is not ready", async () => {
    const answer = await send(`${url}/ready`);
    return answer.status === 503 ? answer : undefined;
  });
  expect(notReady.body).toMatchObject({ reason: "The gateway is stopping" });
  const late = await chat(url);
  expect(late.status).toBe(200);
  expect(late.headers.get("connection")).toBe("close");
  expect(await stopped).toBe(0);
});

/** Clients that ask again as soon as they have an answer; every third one for a stream. */
function startLoad(url: string) {
  const plain: ChatResult[] = [];
  const streams: StreamResult[] = [];
  let count = 0;
  let isOver = false;

  async function ask(client: number): Promise<void> {
    while (!isOver) {
      count += 1;
      const marker = `request-${count}`;
      if (client % 3 === 0) {
        streams.push(await streamChat(`${url}/v1`, { marker }));
      } else {
        plain.push(await chat(url, { marker }));
      }
    }
  }
  const done = Promise.all(Array.from({ length: clients }, (_, i) => ask(i)));
  return {
    plain,
    streams,
    sent: () => count,
    async stop() {
      isOver = true;
      await done;
    },
  };
}
