import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toListenError } from "@openrouter-free-pool/shared/config/listen-error";
import type { Express } from "express";
import type { Logger } from "pino";
import { ShortLivedSet } from "../collections/short-lived-set.ts";
import { watchArrivingRequests } from "./arriving-requests.ts";
import { messagesOf } from "./express-messages.ts";
import { answerHalfClosedClients } from "./half-closed-clients.ts";
import { refuseBrokenHttp } from "./refuse-broken-http.ts";

/** Proxies keep idle connections for about 60 s; closing sooner would fail their next request. */
const keepAliveMs = 75_000;
/**
 * How long a request may take to arrive: a large batch file over a slow network. Node's default of
 * 5 minutes would cut it.
 */
const arrivalMs = 3_600_000;
/** How long a stopping server waits for requests that are nearly complete. */
const arrivalGraceMs = 1_000;

/** A server that accepts requests. */
type Listening = {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Accepts no new connections from now on, and closes those in use after their answer. Requests
   * that are not complete soon are refused.
   */
  stopAccepting(): void;
  /** Resolves when the last answer has been sent. */
  close(): Promise<void>;
};

/**
 * Listens for HTTP requests.
 *
 * @param options.stallMs how long nothing of a request's body may arrive before it is refused.
 * @throws {ConfigError} when host or port is not available.
 */
export async function listen(
  app: Express,
  options: { host: string; port: number; stallMs: number; logger: Logger },
): Promise<Listening> {
  const { host, logger } = options;
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      requestTimeout: arrivalMs,
      ...messagesOf(app),
    },
    app,
  );
  // A request may wait for hours in the queue.
  server.timeout = 0;
  // Unknown expectations are ignored; Node would answer with a bare 417.
  server.on("checkExpectation", (request, response) =>
    server.emit("request", request, response),
  );
  server.listen(options.port, host);
  await once(server, "listening").catch((error: unknown) => {
    throw toListenError(error, { ...options, portVariable: "PORT" });
  });
  // One connection that cannot be accepted must not end the process.
  server.on("error", (err) => logger.error({ err }, "Accepting failed"));
  const closed = once(server, "close");
  const responses = trackResponses(server, logger);
  refuseBrokenHttp(server, responses);
  answerHalfClosedClients(server);
  const arriving = watchArrivingRequests(server, options.stallMs);
  const { port } = server.address() as AddressInfo;
  return {
    address: { host, port },
    stopAccepting() {
      server.close();
      for (const response of responses.values()) {
        if (!response.headersSent) response.setHeader("Connection", "close");
      }
      setTimeout(() => arriving.refuseAll(), arrivalGraceMs).unref();
    },
    async close() {
      arriving.refuseAll();
      await finish(responses);
      arriving.stop();
      // Clients also open connections that they have not used yet; those do not count as idle.
      server.closeAllConnections();
      await closed;
    },
  };
}

type OpenResponses = ShortLivedSet<ServerResponse>;

/** @returns the responses that are not complete, at any time. */
function trackResponses(server: Server, logger: Logger): OpenResponses {
  const open: OpenResponses = new ShortLivedSet();
  server.on("request", (_request, response: ServerResponse) => {
    response.on("close", open.add(response));
    // Writing after the end is our mistake, but no reason to end all other requests.
    response.on("error", (err) => logger.error({ err }, "Answering failed"));
  });
  return open;
}

async function finish(responses: OpenResponses): Promise<void> {
  while (responses.size > 0) {
    await Promise.all(responses.values().map((each) => once(each, "close")));
  }
}
