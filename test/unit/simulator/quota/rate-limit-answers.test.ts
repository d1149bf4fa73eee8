import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Simulator,
  startSimulator,
} from "../../../simulator/start-simulator.ts";
import { KEY, MODEL, postWith, readError } from "../harness.ts";

const MINUTE_MESSAGE = "Rate limit exceeded: free-models-per-min. ";
const DAY_MESSAGE =
  "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day";
const HIGH_BALANCE_MESSAGE =
  "Rate limit exceeded: free-models-per-day-high-balance. ";

let simulator: Simulator;

beforeAll(async () => {
  const first = { keys: [KEY], perMinute: 1e6, perDay: 1e6, userId: "user_1" };
  simulator = await startSimulator({ accounts: { first } });
});

afterAll(() => simulator.stop());

function readRateHeaders(response: Response): Record<string, string | null> {
  return {
    "X-RateLimit-Limit": response.headers.get("x-ratelimit-limit"),
    "X-RateLimit-Remaining": response.headers.get("x-ratelimit-remaining"),
    "X-RateLimit-Reset": response.headers.get("x-ratelimit-reset"),
  };
}

describe("429 of the account's minute", () => {
  it("tells the reset in headers and body", async () => {
    const before = Date.now();
    const fault = { kind: "429-account-minute", resetInMs: 5_000 } as const;
    const response = await postWith(simulator, fault);
    const headers = readRateHeaders(response);
    const resetAt = Number(headers["X-RateLimit-Reset"]);
    expect(response.status).toBe(429);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.has("retry-after")).toBe(false);
    expect(resetAt).toBeGreaterThanOrEqual(before + 5_000);
    expect(resetAt).toBeLessThanOrEqual(Date.now() + 5_000);
    expect(headers["X-RateLimit-Limit"]).toBe("1000000");
    expect(await response.json()).toEqual({
      error: {
        message: MINUTE_MESSAGE,
        code: 429,
        metadata: {
          headers,
          limit_source: "openrouter_free_tier_per_minute",
          remedy_hint: expect.any(String),
          provider_name: null,
        },
      },
      user_id: "user_1",
    });
  });

  it("knows the original design's spelling", async () => {
    const response = await postWith(simulator, {
      kind: "429-account-minute",
      spelling: "free-models-per-minute",
    });
    expect(await response.json()).toMatchObject({
      error: { message: "Rate limit exceeded: free-models-per-minute. " },
    });
  });

  it.each([
    ["http", true, false],
    ["body", false, true],
    ["none", false, false],
  ] as const)("shows the headers in %s only", async (headersIn, http, body) => {
    const kind = "429-account-minute";
    const response = await postWith(simulator, { kind, headersIn });
    expect(response.headers.has("x-ratelimit-reset")).toBe(http);
    expect((await response.text()).includes("X-RateLimit-Reset")).toBe(body);
  });

  it("knows the original design's reset-after", async () => {
    const kind = "429-account-reset-after";
    const response = await postWith(simulator, { kind, seconds: 12 });
    expect(response.status).toBe(429);
    expect(response.headers.has("x-ratelimit-reset")).toBe(false);
    expect(await response.json()).toEqual({
      error: { message: "Rate limit exceeded, reset-after: 12", code: 429 },
      user_id: "user_1",
    });
  });
});

describe("429 of the account's day", () => {
  it.each([
    [{ tier: "free" }, DAY_MESSAGE, "50"],
    [{ tier: "high-balance" }, HIGH_BALANCE_MESSAGE, "1000"],
    [{}, DAY_MESSAGE, "1000000"],
    [{ limit: 7 }, DAY_MESSAGE, "7"],
  ] as const)(
    "with %j says `%s`, limit %s",
    async (options, message, limit) => {
      const kind = "429-account-day";
      const response = await postWith(simulator, { kind, ...options });
      const headers = readRateHeaders(response);
      const midnight = new Date().setUTCHours(24, 0, 0, 0);
      expect(headers).toEqual({
        "X-RateLimit-Limit": limit,
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": String(midnight),
      });
      expect(await response.json()).toMatchObject({
        error: {
          message,
          code: 429,
          metadata: { headers, limit_source: "openrouter_free_tier_daily" },
        },
      });
    },
  );
});

describe("429 of the model or provider", () => {
  it("words OpenRouter's cap on a hot model", async () => {
    const kind = "429-model-cap";
    const response = await postWith(simulator, { kind, limit: 8 });
    const headers = readRateHeaders(response);
    expect(headers["X-RateLimit-Limit"]).toBe("8");
    const body = await readError(response);
    expect(body.error.metadata.headers).toEqual(headers);
    expect(body.error.message).toMatch(
      /^Rate limit exceeded: limit_rpm\/google\/gemma-4-31b-it\/[0-9a-f-]{36}\. High demand for google\/gemma-4-31b-it:free on OpenRouter - limited to 8 requests per minute\. Please retry shortly\.$/,
    );
  });

  it.each([17, undefined])(
    "words the shared pool, Retry-After %s",
    async (s) => {
      const kind = "429-provider-pool";
      const timing = s === undefined ? {} : { retryAfterSeconds: s };
      const response = await postWith(simulator, { kind, ...timing });
      const told = s === undefined ? null : String(s);
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).toBe(told);
      expect(response.headers.has("x-ratelimit-reset")).toBe(false);
      const { error, user_id: userId } = await readError(response);
      expect(userId).toBe("user_1");
      expect(error).toEqual({
        message: "Provider returned error",
        code: 429,
        metadata: {
          raw: expect.stringContaining(
            `${MODEL} is temporarily rate-limited upstream. Please retry shortly, or add your own key`,
          ),
          provider_name: "Google AI Studio",
          is_byok: false,
          provider_error_code: "429",
          limit_source: "upstream_provider_shared_pool",
          ...(s === undefined
            ? {}
            : { retry_after_seconds: s, headers: { "Retry-After": told } }),
        },
      });
    },
  );

  it("knows a 429 with nothing to go by", async () => {
    const response = await postWith(simulator, { kind: "429-generic" });
    expect(await response.text()).toBe(
      '{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"error_type":"rate_limit_exceeded"}}}',
    );
    expect(response.headers.has("retry-after")).toBe(false);
  });

  it("knows Cloudflare's page", async () => {
    const kind = "429-cloudflare";
    const response = await postWith(simulator, { kind, retryAfterSeconds: 9 });
    expect(response.status).toBe(429);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("retry-after")).toBe("9");
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
  });
});
