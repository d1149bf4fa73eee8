import type { RequestList } from "@openrouter-free-pool/shared/api/past/requests-object";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import {
  operatorOf,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { fillQueue } from "../../support/redis/fill-queue.ts";

const queued = 700;
const ended = 60;
const visitor = () => new AdminClient(stack.url);

let stack: Stack;
let redis: Redis;
let waiting: RequestList["requests"];

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  await fillQueue(inject("redisUrl"), stack.prefix, queued);
  redis = new Redis(inject("redisUrl"));
  waiting = (await readPages("status=waiting")).flatMap(
    ({ requests }) => requests,
  );
});
afterAll(async () => {
  redis?.disconnect();
  await stack?.stop();
});

/** Pages of a list until it says that nothing is left. */
async function readPages(query: string): Promise<RequestList[]> {
  const pages: RequestList[] = [];
  let cursor = "";
  do {
    const { status, body } = await operatorOf(stack.url).request(
      "GET",
      `/requests?${query}${cursor}`,
    );
    expect(status).toBe(200);
    const page = body as RequestList;
    pages.push(page);
    cursor = page.next === null ? "" : `&cursor=${page.next}`;
  } while (cursor !== "");
  return pages;
}

const jobIdsOf = (pages: readonly RequestList[]) =>
  pages.flatMap(({ requests }) => requests.map(({ jobId }) => jobId));

test("all that waits is on the pages of all requests, once", async () => {
  expect(waiting.map(({ place }) => place)).toEqual(
    Array.from({ length: queued }, (_, index) => index + 1),
  );
  const jobIds = waiting.map(({ jobId }) => jobId);
  expect(jobIdsOf(await readPages(""))).toEqual(jobIds);
});

test.each([140, 640])(
  "a search by id finds the request that waits at place %i, and says how far it has looked",
  async (place) => {
    const jobId = waiting[place - 1]?.jobId ?? "";
    const pages = await readPages(`id=${jobId}`);
    expect(jobIdsOf(pages)).toEqual([jobId]);
    for (const { looked } of pages) {
      expect(looked.requests).toBeLessThanOrEqual(500);
    }
    const sum = pages.reduce((total, { looked }) => total + looked.open, 0);
    expect(sum).toBe(queued);
  },
);

test("the page of a search says that nothing was found only when nothing is left", async () => {
  const admin = visitor();
  await admin.logIn(operatorPassword);
  const address = "/admin/requests?id=nothing-of-the-kind";
  const first = await admin.get(address);
  expect(first.text).toContain("No such request was found so far.");
  expect(first.text).toContain("Looked at 500 to find these.");
  const next = /href="([^"]*)" rel="next">Look further/.exec(first.text)?.[1];
  const second = await admin.get(next?.replaceAll("&amp;", "&") ?? "");
  expect(second.text).toContain("No such request was found.");
  expect(second.text).not.toContain("None yet");
  expect(second.text).not.toContain('rel="next"');
});

test("open and ended requests go on side by side", async () => {
  const { endedRequests } = createRedisKeys(stack.prefix);
  for (let index = 0; index < ended; index += 1) {
    const record = {
      kind: "waiting",
      requestId: `req_${index}`,
      status: 200,
      endedAt: Date.now(),
    };
    await redis.xadd(endedRequests, "*", "request", JSON.stringify(record));
  }
  const pages = await readPages("");
  await redis.unlink(endedRequests);
  const statesOf = ({ requests }: RequestList) =>
    Object.entries(Object.groupBy(requests, ({ state }) => state)).map(
      ([state, some]) => [state, some?.length],
    );
  expect(pages.slice(0, 3).map(statesOf)).toEqual([
    [
      ["waiting", 15],
      ["answered", 35],
    ],
    [
      ["waiting", 15],
      ["answered", 25],
    ],
    [["waiting", 50]],
  ]);
  const all = pages.flatMap(({ requests }) => requests);
  expect(all).toHaveLength(queued + ended);
  expect(new Set(all.map(({ id, jobId }) => id ?? jobId)).size).toBe(
    queued + ended,
  );
});
