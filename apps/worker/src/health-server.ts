import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  Health,
  Readiness,
} from "@openrouter-free-pool/shared/api/health-object";
import { toListenError } from "@openrouter-free-pool/shared/config/listen-error";
import type { MetricsPage } from "@openrouter-free-pool/shared/metrics/metrics";
import type { Logger } from "pino";

/** Answers of the worker's health endpoints. */
type HealthChecks = {
  readonly version: string;
  /** Why the worker cannot work now; undefined when it can. */
  findReason(): string | undefined;
  /** What an operator should fix although the worker works. */
  findWarning(): string | undefined;
  renderMetrics(): Promise<MetricsPage>;
};

const defaultPort = 3001;

/**
 * Serves `/health`, `/ready` and `/metrics`; takes any free port when the default one is taken.
 *
 * @throws {ConfigError} when host or port is not available.
 */
export async function startHealthServer(
  checks: HealthChecks,
  options: { host: string; port: number | undefined; logger: Logger },
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { status, type, body } = await answer(
      request.url ?? "/",
      checks,
    ).catch(() =>
      json(500, { error: { code: 500, message: "Internal error" } }),
    );
    response.writeHead(status, { "content-type": type });
    response.end(body);
  });
  const port = await listen(server, options);
  // One connection that cannot be accepted must not end the process.
  server.on("error", (err) =>
    options.logger.error({ err }, "Accepting failed"),
  );
  options.logger.info({ host: options.host, port }, "Worker health is served");
  return server;
}

async function answer(url: string, checks: HealthChecks) {
  const timestamp = new Date().toISOString();
  const { version } = checks;
  switch (url.split("?")[0]) {
    case "/health":
      return json<Health>(200, { status: "ok", timestamp, version });
    case "/ready": {
      const reason = checks.findReason();
      const warning = checks.findWarning();
      return reason === undefined
        ? json<Readiness>(200, { status: "ready", warning, timestamp, version })
        : json<Readiness>(503, {
            status: "not ready",
            reason,
            timestamp,
            version,
          });
    }
    case "/metrics": {
      const { contentType, body } = await checks.renderMetrics();
      return { status: 200, type: contentType, body };
    }
    default: {
      const error = { code: 404, message: "Not found", type: "not_found" };
      return json(404, { error });
    }
  }
}

function json<Body extends object>(status: number, body: Body) {
  return { status, type: "application/json", body: JSON.stringify(body) };
}

async function listen(
  server: Server,
  options: { host: string; port: number | undefined },
): Promise<number> {
  const { host, port = defaultPort } = options;
  try {
    return await listenOn(server, host, port);
  } catch (error) {
    const isTaken =
      error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (isTaken && options.port === undefined) return listenOn(server, host, 0);
    throw toListenError(error, { host, port, portVariable: "WORKER_PORT" });
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
