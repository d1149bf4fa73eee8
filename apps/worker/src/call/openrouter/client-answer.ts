import type { NoAnswer, UpstreamAnswer } from "./client.ts";

/** Headers of OpenRouter that mean something to a client. */
const passedHeaders = ["content-type", "x-generation-id", "retry-after"];

/**
 * The answer as the client gets it: OpenRouter's bytes under the status that it
 * means. Errors are always JSON, so a proxy's HTML page is replaced.
 *
 * @param status given when it is not the one that OpenRouter sent.
 */
export function toClientAnswer(
  answer: UpstreamAnswer,
  status: number = answer.status,
): UpstreamAnswer {
  if (status >= 400 && !isJson(answer.body)) {
    return toErrorAnswer(
      status,
      `OpenRouter answered ${status} without saying why`,
    );
  }
  return { status, headers: passHeaders(answer), body: answer.body };
}

/** The headers of an answer or a stream that go on to the client. */
export function passHeaders(answer: {
  readonly headers: Readonly<Record<string, string>>;
}): Record<string, string> {
  return Object.fromEntries(
    passedHeaders.flatMap((name) => {
      const value = answer.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The answer for a call that brought none. */
export function toFailureAnswer(failure: NoAnswer): UpstreamAnswer {
  const status = failure.reason === "timeout" ? 504 : 502;
  return toErrorAnswer(status, failure.message);
}

function toErrorAnswer(status: number, message: string): UpstreamAnswer {
  const error = { code: status, message, type: "upstream_error" };
  return {
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ error })),
  };
}

function isJson(body: Buffer): boolean {
  try {
    return typeof JSON.parse(body.toString()) === "object";
  } catch {
    return false;
  }
}
