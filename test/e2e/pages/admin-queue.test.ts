import type { FinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import { pino } from "pino";
import type { Page } from "playwright-core";
import { afterEach, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { logInPage, usePages } from "../../support/pages/browser.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const secretPrompt = "The password of the treasury is swordfish";
const pages = usePages();
const queuePath = "/admin/queues/queue/completions";
const apiRoot = "/admin/queues/api/queues";
const api = `${apiRoot}/completions`;

let stack: Stack | undefined;

afterEach(async () => {
  await pages.closeAll();
  await stack?.stop();
  stack = undefined;
  expect(pages.takeComplaints()).toEqual([]);
});

const password = "correct horse battery";

async function start(given: Record<string, string> = {}, perMinute = 20) {
  const redisUrl = inject("redisUrl");
  const env = { ADMIN_PASSWORD: password, ...given };
  stack = await startStack({ redisUrl, accounts: 1, perMinute, env });
  return stack;
}

async function open(url: string): Promise<Page> {
  const page = await pages.open(url, {
    viewport: { width: 1280, height: 900 },
  });
  await logInPage(page, password, { at: "/admin/login", to: "/admin" });
  return page;
}

async function logIn(url: string): Promise<AdminClient> {
  const client = new AdminClient(url);
  await client.logIn(password);
  return client;
}

const openTab = (page: Page, tab: string) =>
  page.goto(`${queuePath}?status=${tab}`);

/** bull-board's buttons have no names, but pictures. */
const buttonWith = (page: Page, picture: string) =>
  page.locator(`[class*=jobActions] button:has(.lucide-${picture})`);

type ShownJob = {
  data: Partial<FinishedRequest> & { body?: unknown };
};

/** What bull-board's page gets to show. */
async function readJobs(url: string, status: string): Promise<ShownJob[]> {
  const query = `activeQueue=completions&status=${status}`;
  const client = await logIn(url);
  const { text } = await client.get(`${apiRoot}?${query}`);
  const { queues } = JSON.parse(text) as { queues: { jobs: ShownJob[] }[] };
  return queues[0]?.jobs ?? [];
}

async function shows(page: Page, text: RegExp): Promise<boolean> {
  return text.test((await page.locator("body").textContent()) ?? "");
}

test("finished requests keep their figures, and nobody keeps or shows a prompt", async () => {
  const { url, simulator, prefix } = await start();
  await simulator.script([
    { match: { model: "bad/model:free" }, fault: { kind: "400" } },
  ]);
  await chat(url, { content: secretPrompt });
  await chat(url, { content: secretPrompt, model: "bad/model:free" });
  await chat(url, {
    content: secretPrompt,
    model: "streamed/model:free",
    extra: { stream: true },
  });

  const page = await open(url);
  await openTab(page, "completed");
  await until("the requests are shown", () => shows(page, /streamed\/model/));
  await openTab(page, "failed");
  await until("the reason is shown", () => shows(page, /400 from OpenRouter/));
  await page.getByRole("tab", { name: "Data" }).first().click();
  await until("its figures are shown", () => shows(page, /"?queueMs"?/));
  expect(await buttonWith(page, "trash-2").count()).toBe(1);
  expect(await buttonWith(page, "refresh-cw").count()).toBe(0);

  const answered = await readJobs(url, "completed");
  for (const { data } of answered) {
    expect(data).toMatchObject({
      requestId: expect.stringMatching(/^req_/),
      path: "/chat/completions",
      ending: {
        status: 200,
        calls: 1,
        queueMs: expect.any(Number),
        upstreamMs: expect.any(Number),
        tokens: { prompt: expect.any(Number), completion: expect.any(Number) },
      },
    });
  }
  expect(answered).toHaveLength(2);
  expect(await findInRedis(prefix, "swordfish")).toEqual([]);
});

test("while a request waits its prompt is hidden; taken off the queue, its client hears of it", async () => {
  const { url } = await start({}, 1);
  await chat(url);
  const answer = chat(url, { content: secretPrompt });
  await until("it waits", async () => {
    const { queue } = await readPoolStatus(url);
    return queue.waiting === 1;
  });
  const page = await open(url);
  await openTab(page, "prioritized");
  await until("it is shown", () => shows(page, /hidden: \d+ characters/));
  expect(await shows(page, /swordfish/)).toBe(false);
  const operator = await logIn(url);
  const list = await operator.get(
    `${apiRoot}?activeQueue=completions&status=prioritized`,
  );
  const [id] = /(?<="id":")[^"]+/.exec(list.text) ?? [];
  const single = await operator.get(`${api}/${id}`);
  expect(single.status).toBe(200);
  expect(single.text).toMatch(/hidden: \d+ characters/);
  expect(single.text).not.toContain("swordfish");

  await buttonWith(page, "trash-2").click();
  await page.getByRole("button", { name: "Confirm" }).click();
  const { status, text } = await answer;
  expect(status).toBe(503);
  expect(text).toContain("An operator took the request off the queue");
});

test("where payloads are kept, a failed request can be sent again, and its answer read", async () => {
  const { url, simulator } = await start({ KEEP_PAYLOADS: "true" });
  await simulator.script([{ fault: { kind: "400" } }]);
  const first = await chat(url, {
    content: secretPrompt,
    extra: { stream: true },
  });
  expect(first.status).toBe(400);

  const page = await open(url);
  await openTab(page, "failed");
  await until("it is shown", () => shows(page, /400 from OpenRouter/));
  await page.getByRole("tab", { name: "Data" }).first().click();
  await until("its prompt is shown", () => shows(page, /messages/));
  expect(JSON.stringify(await readJobs(url, "failed"))).toContain("swordfish");
  await buttonWith(page, "refresh-cw").click();
  await page.getByRole("button", { name: "Confirm" }).click();
  await until("it was called again", async () => {
    const { byStatus } = await simulator.summary();
    return byStatus[200] === 1;
  });
  const again = await until("it is finished", async () => {
    const [job] = await readJobs(url, "completed");
    return job?.data;
  });
  expect(JSON.stringify(again.ending?.answer)).toMatch(/echo: .*swordfish/);
  await openTab(page, "completed");
  await until("it is shown among the answered", () => shows(page, /ending/));
});

test("what would lose requests is switched off", async () => {
  const { url } = await start();
  const client = await logIn(url);
  for (const path of ["empty", "obliterate", "clean/wait", "retry/completed"]) {
    expect((await client.put(`${api}/${path}`)).status, path).toBe(403);
  }
  expect((await client.put(`${api}/pause`)).status).toBe(200);
  expect((await client.put(`${api}/resume`)).status).toBe(200);
  expect((await client.put(`${api}/no-such-job/retry`)).status).toBe(404);
});

test("only so many finished requests are kept", async () => {
  const { url, prefix } = await start({ KEEP_FINISHED_JOBS: "5" });
  expect(countStatuses(await burst(url, 15))).toEqual({ 200: 15 });
  const redis = connectRedis(
    { url: inject("redisUrl") },
    {
      role: "durable",
      name: "test",
      logger: pino({ level: "silent" }),
    },
  );
  try {
    const completed = `{${prefix}}:completions:completed`;
    await until("they are finished", async () => {
      const active = await redis.llen(`{${prefix}}:completions:active`);
      return active === 0;
    });
    expect(await redis.zcard(completed)).toBe(5);
  } finally {
    await redis.quit();
  }
});

/** The keys of this test that hold a text. */
async function findInRedis(prefix: string, text: string): Promise<string[]> {
  const redis = connectRedis(
    { url: inject("redisUrl") },
    {
      role: "durable",
      name: "test",
      logger: pino({ level: "silent" }),
    },
  );
  try {
    const found: string[] = [];
    const keys = await redis.keys(`{${prefix}}*`);
    for (const key of keys) {
      const isReplies = key.endsWith(":replies");
      const dump = isReplies ? null : await redis.dumpBuffer(key);
      if (dump?.includes(text)) found.push(key);
    }
    return found;
  } finally {
    await redis.quit();
  }
}
