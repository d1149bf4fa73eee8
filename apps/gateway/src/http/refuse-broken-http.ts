import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ShortLivedSet } from "../collections/short-lived-set.ts";
import { endWithError, type RawError } from "./end-with-error.ts";

type ParserError = Error & {
  code?: string;
  /** The bytes that were being parsed. */
  rawPacket?: Buffer;
};

/**
 * Answers what is no valid HTTP (or too slow, or with endless headers), and CONNECT, in the form of
 * all our errors; Node would send an empty body, or nothing.
 *
 * @param responses the responses that are not complete.
 */
export function refuseBrokenHttp(
  server: Server,
  responses: ShortLivedSet<ServerResponse>,
): void {
  server.on("clientError", (error: ParserError, socket: Socket) => {
    // Nothing may be written into an answer that has begun.
    const isAnswering = responses
      .values()
      .some((response) => response.socket === socket && response.headersSent);
    if (isAnswering || error.code === "ECONNRESET") socket.destroy();
    else {
      const isHead = error.rawPacket?.toString("latin1", 0, 5) === "HEAD ";
      endWithError(socket, explain(error.code), { isHead });
    }
  });
  server.on("connect", (_request, socket: Socket) => {
    // Node has let go of the connection.
    socket.on("error", () => socket.destroy());
    const isAwaited = responses
      .values()
      .some((response) => response.socket === socket);
    if (isAwaited) socket.destroy();
    else endWithError(socket, noProxy);
  });
}

const noProxy: RawError = {
  status: 405,
  message: "CONNECT is not allowed here",
  type: "invalid_request_error",
  reason: "method-not-allowed",
};

function explain(code: string | undefined): RawError {
  const type = "invalid_request_error";
  const reason = "broken-http";
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: 431,
        message: "The headers are too large",
        type,
        reason,
      };
    case "ERR_HTTP_REQUEST_TIMEOUT": {
      const message = "The request did not arrive in time";
      return { status: 408, message, type, reason };
    }
    default:
      return {
        status: 400,
        message: "The request is not valid HTTP",
        type,
        reason,
      };
  }
}
