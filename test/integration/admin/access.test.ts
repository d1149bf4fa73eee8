import { afterEach, describe, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/admin-client.ts";
import { type Stack, startStack, testKey } from "../../support/stack.ts";

const password = "correct horse battery";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(env: Record<string, string> = {}, gateways = 1) {
  const redisUrl = inject("redisUrl");
  stack = await startStack({ redisUrl, gateways, env });
  return stack;
}

const pages = ["/admin", "/admin/live", "/admin/queues", "/admin/confirm"];

describe("without a password", () => {
  test("the pages answer this machine, and nobody behind a proxy", async () => {
    const { url } = await start();
    const client = new AdminClient(url);
    for (const path of ["/admin", "/admin/live", "/admin/queues"]) {
      expect((await client.get(path)).status).toBe(200);
      for (const header of [
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Forwarded",
        "Via",
        "X-Real-IP",
      ]) {
        const answer = await client.get(path, { [header]: "127.0.0.1" });
        expect(answer.status, `${path} with ${header}`).toBe(403);
        expect(answer.text).toContain("ADMIN_PASSWORD");
      }
    }
  });

  test("a name of another site that points here is refused", async () => {
    const { url } = await start();
    const client = new AdminClient(url);
    expect((await client.get("/admin", { host: "evil.test" })).status).toBe(
      403,
    );
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
      expect((await client.get("/admin", { host })).status).toBe(200);
    }
  });

  test("an action needs the token of this visitor's own page", async () => {
    const { url } = await start();
    const client = new AdminClient(url);
    expect((await client.act("pause")).status).toBe(303);
    expect((await client.get("/admin")).text).toContain("The queue is paused");

    const stranger = new AdminClient(url);
    const form = { token: "guessed", target: "" };
    expect((await stranger.post("/admin/actions/resume", form)).status).toBe(
      403,
    );
    expect((await client.get("/admin")).text).toContain("The queue is paused");
  });
});

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
    expect(
      (await anybody.post("/admin/actions/pause", { target: "" })).status,
    ).toBe(401);
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
    const elsewhere = new AdminClient(second ?? "", client.cookie);
    for (const path of ["/admin", "/admin/live", "/admin/queues"]) {
      expect((await elsewhere.get(path)).status).toBe(200);
    }
    expect((await elsewhere.act("pause")).status).toBe(303);

    await client.post("/admin/logout", {});
    expect((await client.get("/admin")).status).toBe(303);
  });

  test("a cookie that was changed, or signed with another password, counts for nothing", async () => {
    const { url, startGateway } = await start(env);
    const client = new AdminClient(url);
    await client.logIn(password, "ops");
    const [name, payload = "", signature] = client.cookie.split(/[=.]/);
    const forged = Buffer.from(payload, "base64url")
      .toString()
      .replace(/"expiresAt":\d+/, '"expiresAt":9999999999999');
    const changed = `${name}=${Buffer.from(forged).toString("base64url")}.${signature}`;
    expect((await new AdminClient(url, changed).get("/admin")).status).toBe(
      303,
    );
    const other = await startGateway({ ADMIN_PASSWORD: "another password" });
    const foreign = new AdminClient(other.url, client.cookie);
    expect((await foreign.get("/admin")).status).toBe(303);
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
    const { url } = await start(env);
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
