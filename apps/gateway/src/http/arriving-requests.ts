import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { ShortLivedMap } from "../collections/short-lived-map.ts";
import { endWithError, type RawError } from "./end-with-error.ts";

/** The requests whose bodies are still arriving. */
type ArrivingRequests = {
  /** Refuses all of them because the gateway stops. */
  refuseAll(): void;
  /** Stops checking for stalled ones. */
  stop(): void;
};

type Arrival = {
  readonly number: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Bytes of the connection at the last progress. */
  bytesRead: number;
  /** ms on the monotonic clock. */
  movedAt: number;
};

const looksPerStall = 4;

const stalled: RawError = {
  status: 408,
  message: "The request stalled: nothing of its body arrived for too long",
  type: "invalid_request_error",
  reason: "request-stalled",
};
const stopping: RawError = {
  status: 503,
  message: "This gateway stopped before the request had arrived",
  type: "service_unavailable",
  reason: "stopping",
  retryAfterSeconds: 5,
};

/**
 * Watches arriving bodies. One of which nothing arrives for `stallMs` is refused; a slow one that
 * makes progress is not.
 */
export function watchArrivingRequests(
  server: Server,
  stallMs: number,
): ArrivingRequests {
  const arriving = new ShortLivedMap<number, Arrival>();
  let count = 0;

  server.on("request", (request, response) => {
    if (!hasBody(request)) return;
    count += 1;
    const number = count;
    arriving.set(number, {
      number,
      request,
      response,
      bytesRead: request.socket.bytesRead,
      movedAt: performance.now(),
    });
    request.on("close", () => arriving.delete(number));
  });

  function check(): void {
    const now = performance.now();
    for (const arrival of arriving.values()) {
      const { request } = arrival;
      const { bytesRead } = request.socket;
      // Bytes that wait here unread are our delay, not the client's.
      if (bytesRead !== arrival.bytesRead || request.readableLength > 0) {
        arrival.bytesRead = bytesRead;
        arrival.movedAt = now;
      } else if (now - arrival.movedAt >= stallMs) {
        refuse(arrival, stalled);
      }
    }
  }

  function refuse(
    { number, request, response }: Arrival,
    error: RawError,
  ): void {
    arriving.delete(number);
    if (request.complete) return;
    // Nothing may be written into an answer that has begun.
    if (response.headersSent) request.socket.destroy();
    else endWithError(request.socket, error);
  }

  const looking = setInterval(
    check,
    Math.ceil(stallMs / looksPerStall),
  ).unref();
  return {
    refuseAll() {
      for (const arrival of arriving.values()) refuse(arrival, stopping);
    },
    stop: () => clearInterval(looking),
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > 0
  );
}
