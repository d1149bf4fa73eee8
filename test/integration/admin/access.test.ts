import { afterEach, describe, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import {
  basicHeaders,
  operatorPassword as password,
} from "../../support/clients/operator.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import {
  type Stack,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(env: Record<string, string> = {}, gateways = 1) {
  const redisUrl = inject("redisUrl");
  stack = await startStack({ redisUrl, gateways, workers: 0, env });
  return stack;
}

const pages = ["/admin", "/admin/live", "/admin/queues", "/admin/confirm"];

describe("with a password", () => {
  const env = { ADMIN_USERNAME: "ops", ADMIN_PASSWORD: password };

  test("every page asks for it: people are sent to the log-in, programs get 401", async () => {
    const { url } = await start(env);
    for (const path of pages) {
      const client = new AdminClient(url);
      const page = await client.get(path);
      expect(page.status).toBe(303);
      expect(page.headers.location).toBe(
        `/admin/login?next=${encodeURIComponent(path)}`,
      );
      const json = { accept: "application/json, text/plain, */*" };
      expect((await client.get(path, json)).status).toBe(401);
    }
    const anybody = new AdminClient(url);
    const api = "/admin/queues/api/queues/completions/pause";
    expect((await anybody.put(api)).status).toBe(401);
    // A form of a page that was open for longer than the log-in lasts.
    const act = "/admin/actions/pause";
    const form = await anybody.post(act, { target: "" });
    expect(form.status).toBe(303);
    expect(form.headers.location).toBe("/admin/login");
    const json = { accept: "application/json" };
    expect((await anybody.post(act, { target: "" }, json)).status).toBe(401);
    expect((await readPoolStatus(url)).queue.paused).toBe(false);
  });

  test("one log-in holds at every gateway, until the log-out", async () => {
    const { gateways } = await start(env, 2);
    const [first, second] = gateways.map(({ url }) => url);
    const client = new AdminClient(first ?? "");
    const wrong = await client.logIn("incorrect horse", "ops");
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain("do not belong together");
    expect(client.cookie).toBe("");

    const right = await client.logIn(password, "ops");
    expect(right.status).toBe(303);
    expect(right.headers["set-cookie"]?.[0]).toMatch(/HttpOnly; SameSite=Lax$/);
    const elsewhere = client.copy(second);
    for (const path of ["/admin", "/admin/live", "/admin/queues"]) {
      expect((await elsewhere.get(path)).status).toBe(200);
    }
    expect((await elsewhere.act("pause")).status).toBe(303);

    await client.post("/admin/logout", {});
    expect((await client.get("/admin")).status).toBe(303);
  });

  test("a cookie that was changed, or was given under another password, counts for nothing", async () => {
    const { url, startGateway } = await start(env);
    const client = new AdminClient(url);
    await client.logIn(password, "ops");
    const id = /orpool_session=([\w-]{43})/.exec(client.cookie)?.[1] ?? "";
    const letter = id.startsWith("A") ? "B" : "A";
    for (const changed of [
      "",
      id.slice(1),
      `${letter}${id.slice(1)}`,
      `${id}A`,
    ]) {
      const cookie = `orpool_session=${changed}`;
      expect((await new AdminClient(url, cookie).get("/admin")).status).toBe(
        303,
      );
    }
    expect((await client.copy().get("/admin")).status).toBe(200);
    const other = await startGateway({ ADMIN_PASSWORD: "another password" });
    expect((await client.copy(other.url).get("/admin")).status).toBe(303);
  });

  test("at the log-out the session ends at all gateways, not only its cookie", async () => {
    const { gateways } = await start(env, 2);
    const [first, second] = gateways.map(({ url }) => url);
    const client = new AdminClient(first ?? "");
    await client.logIn(password, "ops");
    const thieves = [client.copy(), client.copy(second)];
    for (const thief of thieves) {
      expect((await thief.get("/admin")).status).toBe(200);
    }
    await client.post("/admin/logout", {});
    for (const thief of thieves) {
      expect((await thief.get("/admin")).status).toBe(303);
    }
  });

  test("a program may send the name and password with HTTP Basic", async () => {
    const { url } = await start(env);
    const basic = (name: string, secret: string) => ({
      accept: "application/json",
      ...basicHeaders(name, secret),
    });
    const program = new AdminClient(url);
    const pause = "/admin/queues/api/queues/completions/pause";
    const right = basic("ops", password);
    expect((await program.get("/admin/live", right)).status).toBe(200);
    expect((await program.put(pause, right)).status).toBe(200);
    expect((await program.put(pause, basic("ops", "wrong"))).status).toBe(401);
    const foreign = { ...right, origin: "https://evil.test" };
    expect((await program.put(pause, foreign)).status).toBe(403);
    for (let tries = 0; tries < 10; tries += 1) {
      await program.get("/admin/live", basic("ops", `guess ${tries}`));
    }
    expect((await program.get("/admin/live", right)).status).toBe(429);
  });

  test("guessing ends after ten tries, at all gateways", async () => {
    const { gateways } = await start(env, 2);
    const clients = gateways.map(({ url }) => new AdminClient(url));
    const tries = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        clients[index % 2]?.logIn(`guess ${index}`, "ops"),
      ),
    );
    const statuses = tries.map((answer) => answer?.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const late = await clients[0]?.logIn(password, "ops");
    expect(late?.status).toBe(429);
    expect(Number(late?.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("what another site sends changes nothing, even with the session", async () => {
    const { url, startWorker } = await start(env);
    // Without one the page says so, whether or not the queue is paused.
    await startWorker();
    const client = new AdminClient(url);
    await client.logIn(password, "ops");
    const { text } = await client.get("/admin/confirm?action=pause");
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? "";
    expect(token).not.toBe("");
    const api = "/admin/queues/api/queues/completions/pause";
    for (const foreign of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.test" },
      { origin: "null" },
    ]) {
      const form = { token, target: "" };
      const answer = await client.post("/admin/actions/pause", form, foreign);
      expect(answer.status, JSON.stringify(foreign)).toBe(403);
      expect((await client.put(api, foreign)).status).toBe(403);
    }
    expect((await client.get("/admin")).text).not.toContain("is paused");
  });

  test("after the log-in nobody is sent to another site", async () => {
    const { url } = await start(env);
    for (const next of ["https://evil.test/", "//evil.test", "/adminx", ""]) {
      const client = new AdminClient(url);
      const fields = { username: "ops", password, next };
      const { headers } = await client.post("/admin/login", fields);
      expect(headers.location).toBe("/admin");
    }
  });
});

test("the pages allow no inline script, no frame and no cache, and hold no secret", async () => {
  const { url } = await start({ ADMIN_PASSWORD: password });
  const client = new AdminClient(url);
  await client.logIn(password);
  for (const path of ["/admin", "/admin/queues", "/admin/login"]) {
    const { headers, text } = await client.get(path);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-|https?:/);
    expect(headers["cache-control"]).toBe("no-store");
    expect(text).not.toContain(testKey(0));
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/(href|src)="https?:/);
  }
});
