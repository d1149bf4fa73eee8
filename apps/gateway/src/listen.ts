import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Proxies keep idle connections for 60 s or so; closing first would fail their next request. */
const keepAliveMs = 75_000;

/** A server that accepts requests. */
export type Listening = {
  readonly address: { readonly host: string; readonly port: number };
  /** Accepts no new connection from now on. */
  stopAccepting(): void;
  /** Resolves when the last answer is out. */
  close(): Promise<void>;
};

/** Listens for HTTP requests. @throws when the port is taken. */
export async function listen(
  app: RequestListener,
  options: { host: string; port: number },
): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, app);
  // A request may wait for hours in the queue; its body has the default time to arrive.
  server.timeout = 0;
  server.listen(options.port, options.host);
  await once(server, "listening");
  const closed = once(server, "close");
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: options.host, port },
    stopAccepting: () => void server.close(),
    async close() {
      server.closeIdleConnections();
      await closed;
    },
  };
}
