import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import {
  type Fault,
  type Simulator,
  type SimulatorSettings,
  startSimulator,
} from "../../simulator/start-simulator.ts";

export const MODEL = "google/gemma-4-31b-it:free";
export const PROVIDER = "Google AI Studio";
export const KEY = "sk-or-v1-first";
export const OTHER_KEY = "sk-or-v1-second";

/** Starts a simulator with one account of two keys, which ends with the test. */
export async function startForTest(
  settings: SimulatorSettings = {},
): Promise<Simulator> {
  const accounts = { first: { keys: [KEY, OTHER_KEY] } };
  const simulator = await startSimulator({ accounts, ...settings });
  onTestFinished(() => simulator.stop());
  return simulator;
}

export type PostOptions = {
  key?: string;
  path?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** Sends a chat completion that says `hello`; `body` adds to it or replaces parts. */
export function post(
  { url }: Simulator,
  body: Record<string, unknown> = {},
  options: PostOptions = {},
): Promise<Response> {
  const { key = KEY, path = "/chat/completions", headers, signal } = options;
  const messages = [{ role: "user", content: "hello" }];
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      ...headers,
    },
    body: JSON.stringify({ model: MODEL, messages, ...body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Sends a call that this fault strikes. */
export async function postWith(
  simulator: Simulator,
  fault: Fault,
  body: Record<string, unknown> = {},
): Promise<Response> {
  await simulator.script([{ fault }]);
  return post(simulator, body);
}

export function get(
  { url }: Simulator,
  path: string,
  key: string | null = KEY,
): Promise<Response> {
  const headers: Record<string, string> =
    key === null ? {} : { Authorization: `Bearer ${key}` };
  return fetch(`${url}${path}`, { headers });
}

export type ErrorBody = {
  error: {
    message: string;
    code: number;
    metadata: { headers: Record<string, string> };
  };
  user_id?: string;
};

/** Reads the error envelope of an answer. */
export async function readError(response: Response): Promise<ErrorBody> {
  return (await response.json()) as ErrorBody;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Parses the `data:` events of a stream; `[DONE]` stays a string. */
export function parseEvents(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => line.slice("data: ".length))
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));
}

/** Waits until `check` returns something; polls, for the simulator is another process. */
export async function until<T>(
  check: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
