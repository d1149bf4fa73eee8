import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Fault,
  type Simulator,
  startSimulator,
} from "../../../simulator/start-simulator.ts";
import { KEY, MODEL, PROVIDER, postWith } from "../harness.ts";

let simulator: Simulator;

beforeAll(async () => {
  const first = { keys: [KEY], perMinute: 1e6, perDay: 1e6, userId: "user_1" };
  simulator = await startSimulator({ accounts: { first } });
});

afterAll(() => simulator.stop());

type Case = {
  fault: Fault;
  status: number;
  error: Record<string, unknown>;
  retryAfter?: string;
  /** Errors that tell who called carry the user's id. */
  anonymous?: boolean;
};

const provider = { provider_name: PROVIDER };
const returned = "Provider returned error";

const CASES: Case[] = [
  {
    fault: { kind: "400" },
    status: 400,
    error: {
      message: "Invalid value for `temperature`: it must be at most 2",
      code: 400,
    },
  },
  {
    fault: { kind: "401" },
    status: 401,
    error: { message: "User not found.", code: 401 },
    anonymous: true,
  },
  {
    fault: { kind: "402" },
    status: 402,
    error: {
      message:
        "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
      code: 402,
      metadata: { limit_source: "openrouter_credits" },
    },
  },
  {
    fault: { kind: "403-moderation" },
    status: 403,
    error: {
      message: `${MODEL} requires moderation on ${PROVIDER}. Your input was flagged for "violence". No credits were charged.`,
      code: 403,
      metadata: {
        reasons: ["violence"],
        flagged_input: "…",
        provider_name: PROVIDER,
        model_slug: MODEL,
      },
    },
  },
  {
    fault: { kind: "403-key-limit" },
    status: 403,
    error: {
      message:
        "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys",
      code: 403,
    },
  },
  {
    fault: { kind: "404-no-endpoints" },
    status: 404,
    error: { message: `No endpoints found for ${MODEL}.`, code: 404 },
  },
  {
    fault: { kind: "404-data-policy" },
    status: 404,
    error: {
      message:
        "No endpoints found matching your data policy (Free model training). Configure: https://openrouter.ai/settings/privacy",
      code: 404,
    },
  },
  {
    fault: { kind: "404-guardrails" },
    status: 404,
    error: {
      message:
        "No endpoints available matching your guardrail restrictions and data policy. Configure: https://openrouter.ai/settings/privacy",
      code: 404,
    },
  },
  {
    fault: { kind: "408" },
    status: 408,
    error: { message: "Request Timeout", code: 408 },
  },
  {
    fault: { kind: "413" },
    status: 413,
    error: { message: "Request Entity Too Large", code: 413 },
  },
  {
    fault: { kind: "422" },
    status: 422,
    error: { message: "Unprocessable Entity", code: 422 },
  },
  {
    fault: { kind: "500" },
    status: 500,
    error: { message: "Internal Server Error", code: 500 },
  },
  {
    fault: { kind: "502" },
    status: 502,
    error: {
      message: returned,
      code: 502,
      metadata: { raw: "upstream connect error", ...provider },
    },
  },
  {
    fault: { kind: "503", retryAfterSeconds: 3 },
    status: 503,
    error: {
      message: returned,
      code: 503,
      metadata: {
        raw: "The model is overloaded. Please try again later.",
        ...provider,
      },
    },
    retryAfter: "3",
  },
  {
    fault: { kind: "504", message: "too slow" },
    status: 504,
    error: {
      message: "too slow",
      code: 504,
      metadata: { raw: "upstream request timeout", ...provider },
    },
  },
  {
    fault: { kind: "524" },
    status: 524,
    error: {
      message: returned,
      code: 524,
      metadata: { raw: "error code: 524", ...provider },
    },
  },
  {
    fault: { kind: "529" },
    status: 529,
    error: {
      message: returned,
      code: 529,
      metadata: { raw: "Overloaded", ...provider },
    },
  },
];

describe("plain errors", () => {
  it.each(CASES)("words $fault.kind as OpenRouter does", async (example) => {
    const { fault, status, error, retryAfter, anonymous } = example;
    const response = await postWith(simulator, fault);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("retry-after")).toBe(retryAfter ?? null);
    expect(response.headers.has("x-ratelimit-reset")).toBe(false);
    const body = anonymous === true ? { error } : { error, user_id: "user_1" };
    expect(await response.text()).toBe(JSON.stringify(body));
    const [call] = (await simulator.calls()).slice(-1);
    expect(call).toMatchObject({ kind: fault.kind, status });
  });

  it("plays a gateway's 502 as HTML", async () => {
    const response = await postWith(simulator, { kind: "502-html" });
    expect(response.status).toBe(502);
    expect(response.headers.get("content-type")).toBe(
      "text/html; charset=UTF-8",
    );
    expect(response.headers.get("server")).toBe("cloudflare");
    expect(await response.text()).toContain("<h1>502 Bad Gateway</h1>");
  });

  it("sends any answer that a test makes up", async () => {
    const response = await postWith(simulator, {
      kind: "custom",
      status: 418,
      headers: { "X-Kettle": "on" },
      body: "short and stout",
    });
    expect(response.status).toBe(418);
    expect(response.headers.get("x-kettle")).toBe("on");
    expect(await response.text()).toBe("short and stout");
  });

  it("answers as JSON even when a stream was asked for", async () => {
    const body = { stream: true };
    const response = await postWith(simulator, { kind: "503" }, body);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/json");
  });
});
