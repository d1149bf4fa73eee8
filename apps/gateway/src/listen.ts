import { once } from "node:events";
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { toListenError } from "@openrouter-free-pool/shared/config/listen-error";
import { refuseBrokenHttp } from "./refuse-broken-http.ts";

/** Proxies keep idle connections for 60 s or so; closing first would fail their next request. */
const keepAliveMs = 75_000;
/** How long a request may take to arrive: a large batch file over a slow line. Node's own 5 minutes would cut it. */
const arrivalMs = 3_600_000;

/** A server that accepts requests. */
export type Listening = {
  readonly address: { readonly host: string; readonly port: number };
  /** Accepts no new connection from now on, and has those in use closed after their answer. */
  stopAccepting(): void;
  /** Resolves when the last answer is out. */
  close(): Promise<void>;
};

/** Listens for HTTP requests. @throws {ConfigError} when host or port cannot be had. */
export async function listen(
  app: RequestListener,
  options: { host: string; port: number },
): Promise<Listening> {
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, requestTimeout: arrivalMs },
    app,
  );
  // A request may wait for hours in the queue.
  server.timeout = 0;
  // Expectations that nobody knows are passed over; Node would answer with a bare 417.
  server.on("checkExpectation", (request, response) =>
    server.emit("request", request, response),
  );
  server.listen(options.port, options.host);
  await once(server, "listening").catch((error: unknown) => {
    throw toListenError(error, { ...options, portVariable: "PORT" });
  });
  const closed = once(server, "close");
  const responses = trackResponses(server);
  refuseBrokenHttp(server, responses);
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: options.host, port },
    stopAccepting() {
      server.close();
      for (const response of responses) {
        if (!response.headersSent) response.setHeader("Connection", "close");
      }
    },
    async close() {
      await finish(responses);
      // Clients also hold connections that they have never used; those do not count as idle.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @returns the responses that are not out yet, at any time. */
function trackResponses(server: Server): ReadonlySet<ServerResponse> {
  const open = new Set<ServerResponse>();
  server.on("request", (_request, response: ServerResponse) => {
    open.add(response);
    response.once("close", () => open.delete(response));
  });
  return open;
}

async function finish(responses: ReadonlySet<ServerResponse>): Promise<void> {
  while (responses.size > 0) {
    await Promise.all([...responses].map((each) => once(each, "close")));
  }
}
