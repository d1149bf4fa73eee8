import { expect, test } from "vitest";
import type { AnswerClassification } from "../../../../apps/worker/src/classify/answer-classification.ts";
import { readMeaning } from "../../../../apps/worker/src/classify/answer-meaning.ts";
import { classify } from "../../../../apps/worker/src/classify/classify.ts";

const now = Date.UTC(2026, 10, 23, 12, 0, 30);
const inSeconds = (seconds: number) => now + seconds * 1_000;

function judge(
  status: number,
  body: unknown,
  options: { headers?: Record<string, string>; isFree?: boolean } = {},
): AnswerClassification {
  const { headers = {}, isFree = true } = options;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = { status, body: Buffer.from(text) };
  return classify(readMeaning(answer, "/chat/completions"), {
    now,
    headers,
    isFree: () => isFree,
  });
}

const error = (code: number, message: string, metadata?: object) => ({
  error: { message, code, ...(metadata ? { metadata } : {}) },
  user_id: "user_1",
});

const resetHeaders = (seconds: number) => ({
  "X-RateLimit-Limit": "20",
  "X-RateLimit-Remaining": "0",
  "X-RateLimit-Reset": String(inSeconds(seconds)),
});

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );

test.for([
  ["free-models-per-min. ", "minute"],
  ["free-models-per-minute", "minute"],
  [
    "free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
    "day",
  ],
  ["free-models-per-day-high-balance. ", "day"],
] as const)("429 of the account: %s", ([limitName, limit]) => {
  const message = `Rate limit exceeded: ${limitName}`;
  const expected = {
    kind: "account-limited",
    limit,
    durationMs: 30_000,
    quota: 20,
  };
  const inHeaders = { headers: lower(resetHeaders(30)) };
  const inBody = { headers: resetHeaders(30), provider_name: null };
  expect(judge(429, error(429, message), inHeaders)).toEqual(expected);
  expect(judge(429, error(429, message, inBody))).toEqual(expected);
  // With nothing stated it is the limit's own end.
  expect(judge(429, error(429, message))).toEqual({
    ...expected,
    durationMs: undefined,
    quota: undefined,
  });
});

test.for([
  ["openrouter_free_tier_per_minute", "minute"],
  ["openrouter_free_tier_daily", "day"],
] as const)("429 of the account by its limit_source: %s", ([source, limit]) => {
  const body = error(429, "Slow down", { limit_source: source });
  expect(judge(429, body)).toMatchObject({ kind: "account-limited", limit });
});

test("429 of the account with reset-after, in seconds", () => {
  const body = error(429, "Rate limited, reset-after: 12");
  expect(judge(429, body)).toEqual({
    kind: "account-limited",
    limit: "stated",
    durationMs: 12_000,
  });
});

test("a reset is read on OpenRouter's clock when ours is wrong", () => {
  const theirNow = now + 3_600_000;
  const headers = {
    date: new Date(theirNow).toUTCString(),
    "x-ratelimit-reset": String(theirNow + 5_000),
  };
  const body = error(429, "Rate limit exceeded: free-models-per-min. ");
  expect(judge(429, body, { headers })).toMatchObject({ durationMs: 5_000 });
});

test("429 of a hot model belongs to the model, although it looks like the account's", () => {
  const body = error(
    429,
    "Rate limit exceeded: limit_rpm/google/gemma-4/1b2c. High demand for google/gemma-4:free on OpenRouter - limited to 8 requests per minute. Please retry shortly.",
    { headers: resetHeaders(20) },
  );
  expect(judge(429, body)).toEqual({
    kind: "model-limited",
    durationMs: 20_000,
  });
});

test("429 of a provider's shared pool belongs to the model", () => {
  const body = error(429, "Provider returned error", {
    raw: "google/gemma-4-31b-it:free is temporarily rate-limited upstream.",
    provider_name: "Google AI Studio",
    limit_source: "upstream_provider_shared_pool",
    retry_after_seconds: 17,
    headers: { "Retry-After": "17" },
  });
  expect(judge(429, body)).toEqual({
    kind: "model-limited",
    durationMs: 17_000,
  });
});

test.for([
  ["a bare one", error(429, "Rate limit exceeded", { error_type: "x" })],
  ["Cloudflare's page", "<html><body>Too many requests</body></html>"],
  ["an empty one", ""],
  ["not an object", "[]"],
] as const)(
  "429 with nothing to go by does not blame the key: %s",
  ([, body]) => {
    expect(judge(429, body)).toEqual({
      kind: "model-limited",
      durationMs: undefined,
    });
  },
);

test("a bare 429 with Retry-After rests for that long", () => {
  const headers = { "retry-after": "7" };
  expect(judge(429, "", { headers })).toEqual({
    kind: "model-limited",
    durationMs: 7_000,
  });
});

test("401 refuses the key", () => {
  expect(judge(401, error(401, "User not found."))).toEqual({
    kind: "key-refused",
    reason: "invalid",
  });
});

test("402 takes the account out, but only for free models: a paid one is the client's own wish", () => {
  const body = error(402, "Insufficient credits. Add more using …");
  expect(judge(402, body)).toEqual({ kind: "account-without-credit" });
  expect(judge(402, body, { isFree: false })).toEqual({ kind: "return" });
});

test("403 is the key's own limit, or the request's moderation", () => {
  const limit = error(403, "Key limit exceeded (total limit). Manage it …");
  const moderation = error(403, "M requires moderation on P. Your input …");
  expect(judge(403, limit)).toEqual({
    kind: "key-refused",
    reason: "key-limit",
  });
  expect(judge(403, moderation)).toEqual({ kind: "return" });
});

// biome-ignore format: a table
test.for<[status: number, body: string]>([
  [403, "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"],
  [404, "\ufeff\n <html><body>privacy settings, data policy</body></html>"],
  [403, "error code: 1020\n"],
])("a %i with a page is no refusal of the request, and says nothing of the model: %s", ([status, body]) => {
  expect(judge(status, body)).toEqual({
    kind: "transient",
    status: 502,
    retryAfterMs: undefined,
    sparesModel: true,
  });
});

test("a 403 or 404 with another body belongs to the request", () => {
  for (const body of ["", "Forbidden", "{}", '"<b>"', "error code: 12"]) {
    expect(judge(403, body)).toEqual({ kind: "return" });
    expect(judge(404, body)).toEqual({ kind: "return" });
  }
});

test.for([400, 404, 413, 422])("%i belongs to the request", (status) => {
  expect(judge(status, error(status, "No"))).toEqual({ kind: "return" });
});

test.for([408, 500, 502, 503, 504, 524, 529])(
  "%i is worth another try",
  (status) => {
    expect(judge(status, "<html>")).toEqual({
      kind: "transient",
      status,
      retryAfterMs: undefined,
    });
  },
);

test.for([
  [
    "an error object",
    { id: "gen-1", ...error(502, "Upstream error from X") },
    502,
  ],
  [
    "an error in the first choice",
    {
      choices: [{ error: { code: 503, message: "x" }, finish_reason: "error" }],
    },
    503,
  ],
  ["a code that is a text", { error: { code: "502", message: "x" } }, 502],
  ["white space only", "\n         \n\n         \n", 502],
  ["half a body", '{"id":"gen-1","choices":[{"mess', 502],
  ["nothing", "", 502],
] as const)("inside a 200, worth another try: %s", ([, body, status]) => {
  expect(judge(200, body)).toMatchObject({ kind: "transient", status });
});

test("an error inside a 200 that belongs to the request goes back under its own status", () => {
  const body = error(400, "x/y is not a valid model ID");
  expect(judge(200, body)).toEqual({ kind: "return", status: 400 });
});

test("a 200 is returned: with white space in front, and with the word error in it", () => {
  const answer = { choices: [{ message: { content: 'say "error"' } }] };
  expect(judge(200, `\n   \n${JSON.stringify(answer)}`)).toEqual({
    kind: "return",
  });
  expect(judge(200, { ...answer, error: null })).toEqual({ kind: "return" });
});
