import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { endWithError, type RawError } from "./end-with-error.ts";

/** The requests whose bodies have not arrived completely. */
type ArrivingRequests = {
  /** Tells all of them that the gateway stops. */
  refuseAll(): void;
  /** Stops looking for stalled ones. */
  stop(): void;
};

type Arrival = {
  readonly response: ServerResponse;
  /** Of the connection, when something last arrived. */
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
 * Watches the bodies that arrive. One of which nothing arrives for `stallMs` is
 * refused; one that is slow but moves is not.
 */
export function watchArrivingRequests(
  server: Server,
  stallMs: number,
): ArrivingRequests {
  const arriving = new Map<IncomingMessage, Arrival>();

  server.on("request", (request, response) => {
    if (!hasBody(request)) return;
    arriving.set(request, {
      response,
      bytesRead: request.socket.bytesRead,
      movedAt: performance.now(),
    });
    request.once("close", () => arriving.delete(request));
  });

  function check(): void {
    const now = performance.now();
    for (const [request, arrival] of arriving) {
      const { bytesRead } = request.socket;
      // What waits here unread is our delay, not the client's.
      if (bytesRead !== arrival.bytesRead || request.readableLength > 0) {
        arrival.bytesRead = bytesRead;
        arrival.movedAt = now;
      } else if (now - arrival.movedAt >= stallMs) {
        refuse(request, stalled);
      }
    }
  }

  function refuse(request: IncomingMessage, error: RawError): void {
    const arrival = arriving.get(request);
    arriving.delete(request);
    if (!arrival || request.complete) return;
    // Nothing may be written into the middle of an answer, or after it.
    if (arrival.response.headersSent) request.socket.destroy();
    else endWithError(request.socket, error);
  }

  const looking = setInterval(
    check,
    Math.ceil(stallMs / looksPerStall),
  ).unref();
  return {
    refuseAll() {
      for (const request of arriving.keys()) refuse(request, stopping);
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
