import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

type ParserError = Error & { code?: string };

/**
 * Answers what is not even HTTP (or too slow, or with endless headers) in the
 * form that all our errors have; Node would send an empty body.
 *
 * @param responses the responses that are not out yet.
 */
export function refuseBrokenHttp(
  server: Server,
  responses: ReadonlySet<ServerResponse>,
): void {
  server.on("clientError", (error: ParserError, socket: Socket) => {
    // Nothing may be written into the middle of an answer.
    const isAnswering = [...responses].some(
      (response) => response.socket === socket && response.headersSent,
    );
    if (isAnswering || !socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    socket.end(describe(error));
  });
}

function describe(error: ParserError): string {
  const [status, phrase, message] = explain(error.code);
  const body = JSON.stringify({
    error: {
      code: status,
      message,
      type: "invalid_request_error",
      metadata: { reason: "broken-http" },
    },
  });
  return [
    `HTTP/1.1 ${status} ${phrase}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

function explain(code: string | undefined): [number, string, string] {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [
        431,
        "Request Header Fields Too Large",
        "The headers are too large",
      ];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "Request Timeout", "The request did not arrive in time"];
    default:
      return [400, "Bad Request", "The request is not valid HTTP"];
  }
}
