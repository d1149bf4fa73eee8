import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { ShortLivedSet } from "../collections/short-lived-set.ts";
import { endWithError, type RawError } from "./end-with-error.ts";

/** The requests whose bodies are still arriving. */
type ArrivingRequests = {
  /** Refuses all of them because the gateway stops. */
  refuseAll(): void;
  /** Stops checking for stalled ones. */
  stop(): void;
};

type Arrival = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Bytes of the connection at the last progress. */
  bytesRead: number;
  /** ms on the monotonic clock. */
  movedAt: number;
  isRefused: boolean;
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
  const arriving = new ShortLivedSet<Arrival>();

  server.on("request", (request, response) => {
    if (!hasBody(request)) return;
    const hasArrived = arriving.add({
      request,
      response,
      bytesRead: request.socket.bytesRead,
      movedAt: performance.now(),
      isRefused: false,
    });
    request.on("close", hasArrived);
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

  function refuse(arrival: Arrival, error: RawError): void {
    const { request, response } = arrival;
    if (arrival.isRefused || request.complete) return;
    arrival.isRefused = true;
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
