import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { burst, type ChatOptions, chat } from "../../support/clients/chat.ts";
import { dialectPaths, postDialect } from "../../support/clients/dialects.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
let urls: string[];
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    gateways: 2,
    workers: 2,
    perMinute: 1_000,
    perDay: 10_000,
    env: { RESPONSE_CACHE_TTL_SECONDS: "600", MAX_ATTEMPTS: "1" },
  });
  urls = stack.gateways.map(({ url }) => url);
});
afterAll(() => stack?.stop());

const cacheOf = ({ headers }: { headers: Headers }) => headers.get("x-cache");
const callsOf = (marker: string) => stack.simulator.calls({ marker });

test("an equal request gets the same bytes without a call, at any gateway", async () => {
  const options = { marker: "plain", extra: { temperature: 0, seed: 1 } };
  const first = await chat(urls[0] ?? "", options);
  expect(cacheOf(first)).toBe("MISS");
  expect(first.headers.get("x-attempts")).toBe("1");
  for (const url of urls) {
    const again = await chat(url, options);
    expect(cacheOf(again)).toBe("HIT");
    expect(again.text).toBe(first.text);
    expect(again.status).toBe(200);
    expect(again.headers.get("content-type")).toBe(
      first.headers.get("content-type"),
    );
    expect(again.headers.get("x-attempts")).toBe("0");
    expect(again.headers.get("x-upstream-time-ms")).toBe("0");
  }
  expect(await callsOf("plain")).toHaveLength(1);
});

test("the order of names does not matter, anything else does", async () => {
  const send = async (body: string) => {
    const response = await fetch(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    await response.text();
    return cacheOf(response);
  };
  const messages = '"messages":[{"role":"user","content":"order"}]';
  expect(await send(`{"model":"m/a:free",${messages}}`)).toBe("MISS");
  expect(await send(`{ ${messages}, "model":"m/a:free" }`)).toBe("HIT");
  expect(await send(`{"model":"m/b:free",${messages}}`)).toBe("MISS");
  expect(await send(`{"model":"m/a:free","seed":2,${messages}}`)).toBe("MISS");
});

test.for(["no-cache", "max-age=0, no-cache"])(
  "Cache-Control: %s gets a fresh answer, which is kept",
  async (cacheControl) => {
    const marker = `fresh ${cacheControl}`;
    const headers = { "cache-control": cacheControl };
    const first = await chat(stack.url, { marker });
    const fresh = await chat(stack.url, { marker, headers });
    const later = await chat(stack.url, { marker });
    expect([first, fresh, later].map(cacheOf)).toEqual(["MISS", "MISS", "HIT"]);
    expect(fresh.text).not.toBe(first.text);
    expect(later.text).toBe(fresh.text);
    expect(await callsOf(marker)).toHaveLength(2);
  },
);

test("Cache-Control: no-store neither reads nor keeps", async () => {
  const options: ChatOptions = {
    marker: "unstored",
    headers: { "cache-control": "no-store" },
  };
  await chat(stack.url, options);
  expect(cacheOf(await chat(stack.url, options))).toBe("MISS");
  expect(cacheOf(await chat(stack.url, { marker: "unstored" }))).toBe("MISS");
  expect(await callsOf("unstored")).toHaveLength(3);
});

test("100 equal requests at once at two gateways make one call", async () => {
  await stack.simulator.settings({ latencyMs: 300 });
  const marker = "at-once";
  const results = await Promise.all(
    urls.map((url) => burst(url, 50, () => ({ marker }))),
  );
  await stack.simulator.settings({ latencyMs: 0 });
  const all = results.flat();
  expect(new Set(all.map(({ text }) => text)).size).toBe(1);
  expect(all.filter((result) => cacheOf(result) === "MISS")).toHaveLength(1);
  expect(all.every(({ status }) => status === 200)).toBe(true);
  expect(await callsOf(marker)).toHaveLength(1);
});

test("an error is shared with those who wait, and not kept", async () => {
  const marker = "refused";
  await stack.simulator.settings({ latencyMs: 500 });
  await stack.simulator.script([
    { match: { marker }, times: 1, fault: { kind: "403-moderation" } },
  ]);
  const results = await burst(stack.url, 10, () => ({ marker }));
  await stack.simulator.settings({ latencyMs: 0 });
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set([403]));
  const later = await chat(stack.url, { marker });
  expect([later.status, cacheOf(later)]).toEqual([200, "MISS"]);
  expect(await callsOf(marker)).toHaveLength(2);
});

test("the leader's client may leave: the others get the answer of the same call", async () => {
  const marker = "leader-leaves";
  await stack.simulator.settings({ latencyMs: 1_500 });
  const gone = new AbortController();
  const leading = chat(urls[0] ?? "", { marker, signal: gone.signal });
  leading.catch(() => undefined);
  await until("the call is under way", async () => (await callsOf(marker))[0]);
  const following = Promise.all(urls.map((url) => chat(url, { marker })));
  // The other gateway is to have said that it waits.
  await new Promise((resolve) => setTimeout(resolve, 300));
  gone.abort();
  await expect(leading).rejects.toThrow();
  const results = await following;
  await stack.simulator.settings({ latencyMs: 0 });
  expect(results.map(({ status }) => status)).toEqual([200, 200]);
  const calls = await callsOf(marker);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.abortedAt).toBeNull();
});

test("a request that nobody waits for any more is called off", async () => {
  const marker = "all-leave";
  await stack.simulator.settings({ latencyMs: 20_000 });
  const gone = new AbortController();
  const waiting = burst(stack.url, 3, () => ({ marker, signal: gone.signal }));
  waiting.catch(() => undefined);
  await until("the call is under way", async () => (await callsOf(marker))[0]);
  gone.abort();
  await until(
    "the call is aborted",
    async () => (await callsOf(marker))[0]?.abortedAt,
  );
  await stack.simulator.settings({ latencyMs: 0 });
  expect(await callsOf(marker)).toHaveLength(1);
});

test("streams are not cached", async () => {
  const options = { marker: "stream" };
  for (let i = 0; i < 2; i++) {
    expect(cacheOf(await streamChat(`${stack.url}/v1`, options))).toBeNull();
  }
  expect(await callsOf("stream")).toHaveLength(2);
});

test("every dialect is cached on its own", async () => {
  for (const expected of ["MISS", "HIT"]) {
    for (const path of dialectPaths) {
      const response = await postDialect(stack.url, path, {
        model: "m/c:free",
      });
      expect([path, cacheOf(response)]).toEqual([path, expected]);
      await response.text();
    }
  }
});

test("another Anthropic version may have another answer", async () => {
  for (const version of ["2023-06-01", "2024-01-01"]) {
    const response = await postDialect(stack.url, "/messages", {
      model: "m/d:free",
      headers: { "anthropic-version": version },
    });
    expect(cacheOf(response)).toBe("MISS");
  }
});

test("a gateway that is killed while it leads hands over", async ({
  annotate,
}) => {
  const marker = "killed";
  const doomed = await stack.startGateway();
  await stack.simulator.settings({ latencyMs: 3_000 });
  const leading = chat(doomed.url, { marker });
  leading.catch(() => undefined);
  await until("the call is under way", async () => (await callsOf(marker))[0]);
  const following = chat(stack.url, { marker });
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await doomed.kill();
  await stack.simulator.settings({ latencyMs: 0 });
  expect((await following).status).toBe(200);
  await annotate(
    `answered ${Math.round(performance.now() - startedAt)} ms after it was asked`,
  );
});

test("off by default", async () => {
  const { url } = await stack.startGateway({ RESPONSE_CACHE_TTL_SECONDS: "" });
  for (let i = 0; i < 2; i++) {
    expect(cacheOf(await chat(url, { marker: "off" }))).toBeNull();
  }
  expect(await callsOf("off")).toHaveLength(2);
});
