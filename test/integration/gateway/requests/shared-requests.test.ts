import { randomUUID } from "node:crypto";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { BodyBudget } from "../../../../apps/gateway/src/bodies/body-budget.ts";
import { HeldBody } from "../../../../apps/gateway/src/bodies/held-body.ts";
import { RedisGrace } from "../../../../apps/gateway/src/redis/redis-grace.ts";
import { RedisHealth } from "../../../../apps/gateway/src/redis/redis-health.ts";
import type { Leader } from "../../../../apps/gateway/src/shared-requests/role.ts";
import {
  type ShareableRequest,
  shareReply,
} from "../../../../apps/gateway/src/shared-requests/share-reply.ts";
import { SharedCallStore } from "../../../../apps/gateway/src/shared-requests/shared-call-store.ts";
import { SharedRequests } from "../../../../apps/gateway/src/shared-requests/shared-requests.ts";
import { until } from "../../../support/until.ts";

const logger = pino({ level: "silent" });
let redisKeys: ReturnType<typeof createRedisKeys>;
let connections: Redis[] = [];
let gateways: SharedRequests[] = [];

/** A gateway's share in the matter, on connections of its own. */
function openGateway(): SharedRequests {
  const redis = new Redis(inject("redisUrl"));
  const news = new Redis(inject("redisUrl"));
  const shared = new SharedRequests({
    store: new SharedCallStore(redis, redisKeys),
    grace: new RedisGrace({ redisHealth: new RedisHealth(redis), graceMs: 0 }),
    logger,
  });
  shared.listen(news, redisKeys.sharedNews);
  connections.push(redis, news);
  gateways.push(shared);
  return shared;
}

beforeEach(() => {
  redisKeys = createRedisKeys(`test-${randomUUID()}`);
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  for (const connection of connections) connection.disconnect();
  connections = [];
  gateways = [];
});

function answer(text: string): FinalReply {
  return {
    kind: "answer",
    status: 200,
    headers: { "content-type": "application/json" },
    body: Buffer.from(text),
    queueMs: 1,
    upstreamMs: 2,
    calls: 1,
  };
}

function request(
  work: ShareableRequest["work"],
  rest: Partial<ShareableRequest> = {},
): ShareableRequest {
  const hungUp = new AbortController().signal;
  return { key: "k", hungUp, keepMs: () => 0, work, ...rest };
}

async function leadOf(shared: SharedRequests, key = "k"): Promise<Leader> {
  const part = await shared.join(key);
  if (part.role !== "leader") throw new Error(`is ${part.role}`);
  return part;
}

test("100 equal requests at two gateways do the work once and get the same bytes", async () => {
  const [one, other] = [openGateway(), openGateway()];
  const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28]).toString("latin1");
  let works = 0;
  const work = async () => {
    works += 1;
    await until("the other gateway follows", () =>
      connections[0]?.exists(redisKeys.sharedInterest("k")),
    );
    return { ...answer(""), body: Buffer.from(bytes, "latin1") } as FinalReply;
  };
  const replies = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      shareReply(index % 2 ? other : one, request(work)),
    ),
  );
  expect(works).toBe(1);
  expect(replies.filter(({ role }) => role === "leader")).toHaveLength(1);
  for (const { reply } of replies) {
    if (reply.kind !== "answer") throw new Error(reply.kind);
    expect(reply.body.toString("latin1")).toBe(bytes);
  }
});

test("a body whose request follows another does not count as arriving", async () => {
  const [one, other] = [openGateway(), openGateway()];
  const [arriving, waiting] = [new BodyBudget(100), new BodyBudget(100)];
  const account = arriving.open();
  account.grow(10);
  const body = new HeldBody(Buffer.alloc(10), account.release);
  const leader = await leadOf(one);
  const work = () => Promise.reject(new Error("nobody leads twice"));
  const onFollow = () => body.countIn(waiting);
  const following = shareReply(other, request(work, { onFollow }));
  await until("it follows", () => waiting.usedBytes === 10);
  expect(arriving.usedBytes).toBe(0);
  await leader.publish(answer("shared"), 0);
  expect(await following).toMatchObject({ role: "follower" });
});

test("a reply that is not kept is for those who waited, and for nobody later", async () => {
  const [one, other] = [openGateway(), openGateway()];
  const leader = await leadOf(one);
  const follower = await other.join("k");
  if (follower.role !== "follower") throw new Error(`is ${follower.role}`);
  await leader.publish(answer("first"), 0);
  expect(await follower.outcome).toMatchObject({ status: 200 });
  const next = await leadOf(other);
  await next.abandon();
});

test("a kept reply reaches later requests with its note, and expires", async () => {
  const [one, other] = [openGateway(), openGateway()];
  const first = await one.join("k", "my note");
  if (first.role !== "leader") throw new Error(`is ${first.role}`);
  await first.publish(answer("kept"), 60_000);
  const late = await other.join("k", "another note");
  expect(late).toMatchObject({ role: "late", fingerprint: "my note" });
  const ttlMs = await connections[0]?.pttl(redisKeys.sharedAnswer("k"));
  expect(ttlMs).toBeGreaterThan(50_000);
  expect(ttlMs).toBeLessThanOrEqual(60_000);
});

test("a leader that fails hands over to one follower at a time", async () => {
  const [one, other] = [openGateway(), openGateway()];
  let works = 0;
  const work = async () => {
    works += 1;
    await until("the other gateway follows", () =>
      connections[0]?.exists(redisKeys.sharedInterest("k")),
    );
    if (works === 1) throw new Error("its own time is up");
    return answer("second try");
  };
  // The last leader would wait in vain for followers without this one.
  await connections[0]?.set(redisKeys.sharedInterest("k"), "1", "PX", 60_000);
  const outcomes = await Promise.allSettled(
    [one, one, other, other].map((shared) => shareReply(shared, request(work))),
  );
  const failed = outcomes.filter(({ status }) => status === "rejected");
  expect(failed).toHaveLength(1);
  expect(works).toBeGreaterThanOrEqual(2);
});

test("a dead leader does not block those who follow", async ({ annotate }) => {
  const [one, other] = [openGateway(), openGateway()];
  await leadOf(one);
  const startedAt = performance.now();
  const taken = shareReply(
    other,
    request(async () => answer("taken over")),
  );
  await until("it follows", () =>
    connections[0]?.exists(redisKeys.sharedInterest("k")),
  );
  // Like a process that was killed: it says nothing any more.
  connections[0]?.disconnect();
  connections[1]?.disconnect();
  expect((await taken).role).toBe("leader");
  const tookMs = Math.round(performance.now() - startedAt);
  await annotate(`taken over after ${tookMs} ms`);
});

test("the work goes on while anybody wants it, and is called off when nobody does", async () => {
  const [one, other] = [openGateway(), openGateway()];
  const leaderGone = new AbortController();
  const followerGone = new AbortController();
  let unwanted: AbortSignal | undefined;
  const leading = shareReply(
    one,
    request(
      (signal) => {
        unwanted = signal;
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () =>
            reject(new Error("called off")),
          ),
        );
      },
      { hungUp: leaderGone.signal },
    ),
  );
  leading.catch(() => undefined);
  await until("the work has begun", () => unwanted);
  const following = shareReply(
    other,
    request(async () => answer("not reached"), { hungUp: followerGone.signal }),
  );
  following.catch(() => undefined);
  await until("the other follows", () =>
    connections[0]?.exists(redisKeys.sharedInterest("k")),
  );
  leaderGone.abort();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(unwanted?.aborted).toBe(false);
  followerGone.abort();
  await expect(following).rejects.toThrow("client-gone");
  await expect(leading).rejects.toThrow("called off");
});

test("a lease and everything else expires", async () => {
  const one = openGateway();
  const leader = await leadOf(one);
  await openGateway().join("k");
  const redis = connections[0];
  for (const name of ["sharedLease", "sharedInterest"] as const) {
    expect(await redis?.pttl(redisKeys[name]("k"))).toBeGreaterThan(0);
  }
  await leader.publish(answer("handed over"), 0);
  expect(await redis?.pttl(redisKeys.sharedAnswer("k"))).toBeGreaterThan(0);
  expect(await redis?.exists(redisKeys.sharedLease("k"))).toBe(0);
});

test("a gateway that stops lets its followers go", async () => {
  const [one, other] = [openGateway(), openGateway()];
  await leadOf(one);
  const following = shareReply(
    other,
    request(async () => answer("not reached")),
  );
  const refused = expect(following).rejects.toMatchObject({ code: "stopping" });
  await until("it follows", () =>
    connections[0]?.exists(redisKeys.sharedInterest("k")),
  );
  await other.close();
  await refused;
  await expect(other.join("k")).rejects.toMatchObject({ code: "stopping" });
});

test.each(["waited-out", "keys-rate-limited", "body-lost"] as const)(
  "a failure of the leader's own (%s) has a follower take the lead",
  async (code) => {
    const [first, second] = [openGateway(), openGateway()];
    const figures = { queueMs: 1, upstreamMs: 0, calls: 0 };
    const failure: FinalReply = { kind: "failure", code, ...figures };
    const leads = Promise.withResolvers<void>();
    const follows = Promise.withResolvers<void>();
    const hungUp = new AbortController().signal;
    const common = { key: "k", hungUp, keepMs: () => 0 };
    const led = shareReply(first, {
      ...common,
      work: async () => {
        leads.resolve();
        await follows.promise;
        return failure;
      },
    });
    await leads.promise;
    const followed = shareReply(second, {
      ...common,
      work: async () => answer("its own"),
      onFollow: () => follows.resolve(),
    });
    expect(await led).toEqual({ reply: failure, role: "leader" });
    expect(await followed).toEqual({
      reply: answer("its own"),
      role: "leader",
    });
  },
);
