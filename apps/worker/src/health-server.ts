import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";

/** Answers of the worker's health endpoints. */
export type HealthChecks = {
  readonly version: string;
  /** Why the worker cannot work now; undefined when it can. */
  findTrouble(): string | undefined;
};

const defaultPort = 3001;

/** Serves `/health` and `/ready`; takes any free port when the default one is taken. */
export async function startHealthServer(
  checks: HealthChecks,
  options: { host: string; port: number | undefined; logger: Logger },
): Promise<Server> {
  const server = createServer((request, response) => {
    const { status, body } = answerHealth(request.url ?? "/", checks);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  const port = await listen(server, options);
  options.logger.info({ host: options.host, port }, "Worker health is served");
  return server;
}

function answerHealth(url: string, checks: HealthChecks) {
  const timestamp = new Date().toISOString();
  const { version } = checks;
  switch (url.split("?")[0]) {
    case "/health":
      return { status: 200, body: { status: "ok", timestamp, version } };
    case "/ready": {
      const reason = checks.findTrouble();
      return reason === undefined
        ? { status: 200, body: { status: "ready", timestamp, version } }
        : {
            status: 503,
            body: { status: "not ready", reason, timestamp, version },
          };
    }
    default: {
      const error = { code: 404, message: "Not found", type: "not_found" };
      return { status: 404, body: { error } };
    }
  }
}

async function listen(
  server: Server,
  options: { host: string; port: number | undefined },
): Promise<number> {
  try {
    return await listenOn(server, options.host, options.port ?? defaultPort);
  } catch (error) {
    const isTaken =
      error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken || options.port !== undefined) throw error;
    return listenOn(server, options.host, 0);
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
