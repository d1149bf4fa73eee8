import type { RequestList } from "@openrouter-free-pool/shared/api/past/requests-object";
import type { Page } from "playwright-core";
import { afterEach, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { chat, testModel } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { findBarriers } from "../../support/pages/accessibility.ts";
import { logInPage, usePages } from "../../support/pages/browser.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const secret = "The password of the treasury is swordfish";
const bad = "bad/model:free";
/** What the simulator says of it. */
const fault = "Invalid value for `temperature`: it must be at most 2";
const pages = usePages();

let stack: Stack | undefined;

afterEach(async () => {
  await pages.closeAll();
  await stack?.stop();
  stack = undefined;
});

async function start(
  env: Record<string, string> = {},
  perMinute = 20,
): Promise<Stack> {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute,
    // What waits goes on waiting, however slowly a busy machine draws pages; less than MAX_WAIT_MS, or it is refused.
    windowMs: 540_000,
    env: { ADMIN_PASSWORD: operatorPassword, ...env },
  });
  return stack;
}

async function list(url: string, query = ""): Promise<RequestList> {
  const answer = await operatorOf(url).request("GET", `/requests?${query}`);
  expect(answer.status).toBe(200);
  return answer.body as RequestList;
}

const rowOf = (page: Page, text: string | RegExp) =>
  page.locator("tbody tr", { hasText: text });

test("what waits and what has ended is listed, with the error's own text and nothing of a prompt", async () => {
  const { url, simulator } = await start({}, 3);
  await simulator.script([{ match: { model: bad }, fault: { kind: "400" } }]);
  await chat(url, { content: secret });
  await chat(url, { content: secret, model: bad });
  await chat(url, { content: secret, extra: { stream: true } });
  const hungUp = new AbortController();
  const waiting = fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: testModel,
      messages: [{ role: "user", content: secret }],
    }),
    signal: hungUp.signal,
  }).catch(() => undefined);
  const { requests } = await until("all are listed", async () => {
    const all = await list(url);
    return all.requests.length === 4 ? all : undefined;
  });
  expect(requests).toMatchObject([
    { state: "waiting", place: 1, model: testModel, attempts: 0 },
    { state: "answered", status: 200, tokens: { prompt: expect.any(Number) } },
    { state: "failed", status: 400, model: bad, error: fault },
    { state: "answered", key: expect.stringMatching(/^sk-or-v1-.*\.\.\./) },
  ]);
  const failed = requests[2];
  expect(failed?.totalMs).toBeGreaterThanOrEqual(failed?.callMs ?? 0);
  expect(JSON.stringify(requests)).not.toMatch(/swordfish|treasury/);

  const looks = [
    { viewport: { width: 1280, height: 850 }, colorScheme: "light" },
    { viewport: { width: 390, height: 850 }, colorScheme: "dark" },
  ] as const;
  for (const look of looks) {
    const page = await pages.open(url, look);
    await logInPage(page, operatorPassword, { at: "/admin/requests" });
    await rowOf(page, "place 1").waitFor();
    expect(await rowOf(page, bad).textContent()).toContain(fault);
    expect(await page.textContent("body")).not.toMatch(/swordfish|treasury/);
    expect(await findBarriers(page)).toEqual([]);
    const root = "document.documentElement";
    const overflow = await page.evaluate(`${root}.scrollWidth - innerWidth`);
    expect(overflow, JSON.stringify(look)).toBeLessThanOrEqual(0);
  }

  const page = await pages.open(url);
  await logInPage(page, operatorPassword, { at: "/admin/requests" });
  await page.getByLabel("Model").fill("BAD/");
  await page.getByRole("button", { name: "Show" }).click();
  await until("only that one is shown", async () => {
    const rows = page.locator("tbody tr");
    return (await rows.count()) === 1 && (await rowOf(page, bad).count()) === 1;
  });
  await page.getByRole("link", { name: "Clear" }).click();
  await rowOf(page, "place 1").waitFor();
  hungUp.abort();
  await waiting;
  // By itself.
  await rowOf(page, "Cancelled").waitFor();
  await page.getByRole("link", { name: "Queued" }).click();
  await page.getByText("No such request was found.").waitFor();
  await page.getByRole("link", { name: "The queue in bull-board" }).click();
  await page.waitForURL("**/admin/queues**");
  await page.goto("/admin?range=90d");
  await page.getByText("The last 90 days as a table").click();
  const today = page.locator("#history-table tbody tr").first();
  await until("today's answers are counted", async () =>
    /\b2\b/.test((await today.locator("td").nth(1).textContent()) ?? ""),
  );
  expect(await findBarriers(page)).toEqual([]);
  expect(pages.takeComplaints()).toEqual([]);
});

test("a background request that failed is sent again as another one; who waited is told why not", async () => {
  const { url, simulator } = await start({ KEEP_PAYLOADS: "true" });
  await simulator.script([
    { match: { model: bad }, fault: { kind: "400" }, times: 2 },
  ]);
  const asked = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify({
      model: bad,
      messages: [{ role: "user", content: secret }],
    }),
  });
  const { id } = (await asked.json()) as { id: string };
  await chat(url, { content: "Hi", model: bad });
  const failed = await until("both have ended", async () => {
    const { requests } = await list(url, "status=failed");
    return requests.length === 2 ? requests : undefined;
  });
  expect(failed.map(({ kind }) => kind).sort()).toEqual([
    "background",
    "waiting",
  ]);
  const admin = new AdminClient(url);
  await admin.logIn(operatorPassword);
  const jobId = failed.find(({ kind }) => kind === "waiting")?.jobId ?? "";
  for (const target of [id, jobId]) {
    // Two tabs, and a second click.
    const acts = [0, 1, 2].map(() => admin.act("send-again", target));
    for (const { status, headers } of await Promise.all(acts)) {
      expect(status).toBe(303);
      expect(headers.location).toMatch(/^\/admin\/requests\?done=send-again/);
    }
  }
  const again = await until("it has an answer", async () => {
    const { requests } = await list(url, `status=answered&model=${bad}`);
    return requests[0];
  });
  expect(again).toMatchObject({ kind: "background", status: 200 });
  expect(again.of).not.toBe(id);
  // One call that failed and one more, of each.
  await until("all calls are made", async () => {
    const { length } = await simulator.calls({ model: bad });
    expect(length).toBeLessThanOrEqual(4);
    return length === 4;
  });
  const refused = await admin.act("send-again", `request_${"0".repeat(48)}`);
  expect(refused.status).toBe(409);
  const nothing = "/admin/confirm?action=send-again&target=../etc";
  expect((await admin.get(nothing)).status).toBe(404);
});

test("only operators see the requests of all; a wrong query is refused", async () => {
  const { url } = await start();
  expect((await fetch(`${url}/api/v1/requests`)).status).toBe(401);
  const { request } = operatorOf(url);
  for (const query of ["status=lost", "from=yesterday", "cursor=x"]) {
    expect((await request("GET", `/requests?${query}`)).status).toBe(400);
  }
  const history = await fetch(`${url}/api/v1/history?range=day`);
  const { stepSeconds, points } = (await history.json()) as {
    stepSeconds: number;
    points: unknown[];
  };
  expect(stepSeconds).toBe(60);
  expect(points).toHaveLength(1_440);
  expect((await fetch(`${url}/api/v1/history?range=year`)).status).toBe(400);
});
