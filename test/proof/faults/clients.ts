import { setTimeout as sleep } from "node:timers/promises";
import { testModel } from "../../support/clients/chat.ts";

/** What became of one request, as its client sees it. */
export type Outcome = {
  readonly marker: string;
  /** `cut`: a stream that had begun ended with an error event, which says so. */
  readonly kind: "answered" | "answered-twice" | "cut" | "lost";
  /** How often the client sent it again: its gateway had gone, or said when to come back. */
  readonly sentAgain: number;
  /** On the monotonic clock of this process, in ms. */
  readonly doneAt: number;
  /** What the client saw, where it has no answer. */
  readonly problem?: string;
};

const longestMs = 150_000;
const longestPauseMs = 5_000;

/**
 * Sends a request until there is an answer, as OpenAI's SDK does: a broken connection and a 429 or
 * 503 with `Retry-After` are tried again, with another gateway where there is one.
 */
export async function askUntilAnswered(
  urls: readonly string[],
  request: { index: number; marker: string; isStream: boolean },
): Promise<Outcome> {
  const { marker, isStream } = request;
  const giveUpAt = performance.now() + longestMs;
  const signal = AbortSignal.timeout(longestMs);
  const end = (
    kind: Outcome["kind"],
    sentAgain: number,
    problem?: string,
  ): Outcome => ({
    marker,
    kind,
    sentAgain,
    doneAt: performance.now(),
    ...(problem === undefined ? {} : { problem }),
  });
  for (let sentAgain = 0; ; sentAgain += 1) {
    const url = urls[(request.index + sentAgain) % urls.length] ?? "";
    let problem: string;
    let pauseMs = 200;
    try {
      const response = await post(url, marker, isStream, signal);
      const text = await response.text();
      if (response.status === 200) {
        const [kind, what] = isStream
          ? readStream(text, marker)
          : readPlain(text, marker);
        return end(kind, sentAgain, what);
      }
      problem = `${response.status} ${text.slice(0, 200)}`;
      const retryAfter = Number(response.headers.get("retry-after"));
      const isToComeBack = response.status === 503 || response.status === 429;
      if (!isToComeBack || !(retryAfter > 0)) {
        return end("lost", sentAgain, problem);
      }
      pauseMs = Math.min(retryAfter * 1_000, longestPauseMs);
    } catch (error) {
      problem = String((error as Error).cause ?? error);
    }
    if (performance.now() + pauseMs > giveUpAt) {
      return end("lost", sentAgain, problem);
    }
    await sleep(pauseMs);
  }
}

function post(
  url: string,
  marker: string,
  isStream: boolean,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: testModel,
      messages: [{ role: "user", content: marker }],
      user: marker,
      ...(isStream ? { stream: true } : {}),
    }),
    signal,
  });
}

/** The simulator says back what it was told. */
const expected = (marker: string) => `echo: ${marker}`;

function readPlain(text: string, marker: string): [Outcome["kind"], string?] {
  try {
    const body = JSON.parse(text) as {
      choices: { message: { content: string } }[];
    };
    const said = body.choices.map(({ message }) => message.content);
    if (said.length === 1 && said[0] === expected(marker)) return ["answered"];
  } catch {
    // Not one body of JSON.
  }
  return text.split(expected(marker)).length > 2
    ? ["answered-twice", text]
    : ["lost", text];
}

function readStream(text: string, marker: string): [Outcome["kind"], string?] {
  let said = "";
  let hasFailed = false;
  let ends = 0;
  for (const line of text.split("\n")) {
    if (!line.startsWith("data: ")) continue;
    const data = line.slice("data: ".length);
    if (data === "[DONE]") {
      ends += 1;
      continue;
    }
    const event = JSON.parse(data) as {
      error?: unknown;
      choices?: { delta?: { content?: string } }[];
    };
    if (event.error) hasFailed = true;
    said += event.choices?.[0]?.delta?.content ?? "";
  }
  if (ends > 1 || said.length > expected(marker).length) {
    return ["answered-twice", text];
  }
  if (hasFailed) return ["cut", text];
  return said === expected(marker) && ends === 1
    ? ["answered"]
    : ["lost", text];
}
