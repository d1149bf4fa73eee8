import { afterEach, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { basicHeaders } from "../../support/clients/operator.ts";
import {
  newestSignInLink,
  signInLinks,
} from "../../support/clients/sign-in-link.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(gateways = 1, env: Record<string, string> = {}) {
  const redisUrl = inject("redisUrl");
  stack = await startStack({ redisUrl, gateways, workers: 0, env });
  const [first, second] = stack.gateways;
  if (!first) throw new Error("a gateway was asked for");
  return { ...stack, first, second };
}

const pages = [
  "/admin",
  "/admin/live",
  "/admin/queues",
  "/admin/confirm",
  "/admin/batches",
];
const pause = "/admin/queues/api/queues/completions/pause";

test("nothing but the link opens the pages, not even a request from this machine", async () => {
  const { url } = await start();
  const anybody = new AdminClient(url);
  for (const path of pages) {
    for (const headers of [
      {},
      { "x-forwarded-for": "127.0.0.1" },
      { "fly-client-ip": "127.0.0.1" },
      { "x-cluster-client-ip": "127.0.0.1" },
      { "x-envoy-external-address": "127.0.0.1" },
      basicHeaders("admin", ""),
    ]) {
      const answer = await anybody.get(path, headers);
      expect(answer.status, path).toBe(403);
      expect(answer.text).toContain("ADMIN_PASSWORD");
    }
  }
  expect((await anybody.put(pause)).status).toBe(403);
  expect((await anybody.get("/admin/sign-in?token=guessed")).status).toBe(403);
  expect((await anybody.get("/admin/sign-in")).status).toBe(403);
  expect((await anybody.post("/admin/login", {})).status).toBe(403);
});

test("a link works once: its session opens the pages, its token opens nothing any more", async () => {
  const { url, first } = await start();
  const link = newestSignInLink(first);
  expect(link).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\/admin\/sign-in\?token=[\w-]{43}$/,
  );
  const client = new AdminClient(url);
  const answer = await client.signIn(first);
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe("/admin");
  expect(answer.headers["referrer-policy"]).toBe("no-referrer");
  expect(answer.headers["set-cookie"]?.[0]).toMatch(/HttpOnly; SameSite=Lax$/);
  for (const path of ["/admin", "/admin/live", "/admin/queues"]) {
    expect((await client.get(path)).status).toBe(200);
  }
  expect((await client.act("pause")).status).toBe(303);

  const { pathname, search } = new URL(link);
  // The same browser may go back to it.
  expect((await client.get(pathname + search)).status).toBe(303);
  const thief = new AdminClient(url);
  expect((await thief.get(pathname + search)).status).toBe(403);
  expect((await thief.get("/admin")).status).toBe(403);
});

test("a used link is replaced when somebody asks; a new one is shown once, not to those who ask", async () => {
  const { url, first } = await start();
  const used = newestSignInLink(first);
  const anybody = new AdminClient(url);
  await anybody.get("/admin");
  expect(signInLinks(first)).toEqual([used]);
  await new AdminClient(url).signIn(first);
  const answers = await Promise.all(pages.map((path) => anybody.get(path)));
  const links = await until("a new one is shown", () => {
    const shown = signInLinks(first);
    return shown.length > 1 && shown;
  });
  expect(links).toHaveLength(2);
  const token = new URL(links[1] ?? "").searchParams.get("token") ?? "";
  for (const { text } of answers) expect(text).not.toContain(token);
  expect((await new AdminClient(url).signIn(first)).status).toBe(303);
  // Each link stands in the log where it was shown, and nowhere else.
  for (const link of links) {
    const secret = new URL(link).searchParams.get("token") ?? "";
    const lines = first.output.filter((line) => line.includes(secret));
    expect(lines).toHaveLength(1);
  }
});

test("all gateways share links and sessions, and each shows a link of its own", async () => {
  const { first, second } = await start(2);
  if (!second) throw new Error("two gateways were asked for");
  expect(newestSignInLink(first)).not.toBe(newestSignInLink(second));
  const client = new AdminClient(second.url);
  expect((await client.signIn(first)).status).toBe(303);
  const elsewhere = client.copy(first.url);
  expect((await elsewhere.get("/admin")).status).toBe(200);
  await elsewhere.post("/admin/logout", {});
  expect((await client.get("/admin")).status).toBe(403);
});

test("of many who use a link at once only one gets in", async () => {
  const { first, second } = await start(2);
  const { pathname, search } = new URL(newestSignInLink(first));
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const { url } = (index % 2 ? second : first) ?? first;
      return new AdminClient(url).get(pathname + search);
    }),
  );
  const isIn = answers.filter(({ status }) => status === 303);
  expect(isIn).toHaveLength(1);
});

test("a browser that looks ahead does not use the link up", async () => {
  const { url, first } = await start();
  const { pathname, search } = new URL(newestSignInLink(first));
  const ahead = { "sec-purpose": "prefetch;prerender" };
  const early = await new AdminClient(url).get(pathname + search, ahead);
  expect(early.headers["set-cookie"]).toBeUndefined();
  await fetch(url + pathname + search, { method: "HEAD" });
  expect((await new AdminClient(url).signIn(first)).status).toBe(303);
});

test("a gateway with a password shows no link", async () => {
  const { startGateway } = await start();
  const closed = await startGateway({ ADMIN_PASSWORD: "correct horse" });
  expect(closed.output.join()).not.toContain("sign-in?token=");
  expect(
    (await new AdminClient(closed.url).get("/admin/sign-in?token=x")).status,
  ).toBe(303);
});

test("an action needs the token of this visitor's own page", async () => {
  const { url, first, startWorker } = await start();
  // Without one the page says so, whether or not the queue is paused.
  await startWorker();
  const client = new AdminClient(url);
  await client.signIn(first);
  expect((await client.act("pause")).status).toBe(303);
  expect((await client.get("/admin")).text).toContain("The queue is paused");

  const form = { token: "guessed", target: "" };
  const answer = await client.post("/admin/actions/resume", form);
  expect(answer.status).toBe(403);
  expect((await client.get("/admin")).text).toContain("The queue is paused");
});
