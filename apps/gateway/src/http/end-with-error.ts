import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** An error that is written below Express, where there is no response object. */
export type RawError = {
  readonly status: number;
  readonly message: string;
  /** In OpenAI's sense. */
  readonly type: string;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
};

/**
 * How long a connection stays open after its last answer. Closing it with unread bytes sends a
 * reset, which can overtake the answer; a client that never closes would keep the connection for
 * ever.
 */
const lingerMs = 1_000;

/**
 * Answers with an error in our usual form, and closes the connection.
 *
 * @param options.isHead for a HEAD the answer has no body.
 */
export function endWithError(
  socket: Socket,
  error: RawError,
  { isHead = false } = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { head, body } = describe(error);
  socket.end(isHead ? head : head + body);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

function describe({
  status,
  message,
  type,
  reason,
  retryAfterSeconds,
}: RawError): { head: string; body: string } {
  const body = JSON.stringify({
    error: {
      code: status,
      message,
      type,
      metadata: {
        reason,
        ...(retryAfterSeconds === undefined
          ? {}
          : { retry_after_seconds: retryAfterSeconds }),
      },
    },
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterSeconds === undefined
      ? []
      : [`Retry-After: ${retryAfterSeconds}`]),
    "Connection: close",
    "\r\n",
  ].join("\r\n");
  return { head, body };
}
