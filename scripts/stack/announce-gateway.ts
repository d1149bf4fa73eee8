import { setTimeout as delay } from "node:timers/promises";
import { say } from "../words/say.mjs";

const pollMs = 250;
const patienceMs = 15_000;

/** Where the gateway of this start listens, as it tells; PORT and HOST do not say it: the port may be any free one, or another program's. */
export function listenForGatewayUrl() {
  let latest: string | undefined;
  return {
    read: () => latest,
    onMessage(message: unknown): void {
      const { listening } = (message ?? {}) as { listening?: unknown };
      if (!isAddress(listening)) return;
      const { host, port } = listening;
      const shownHost =
        host === "0.0.0.0" || host === "::" ? "localhost" : host;
      latest = `http://${shownHost.includes(":") ? `[${shownHost}]` : shownHost}:${port}`;
    },
  };
}

function isAddress(value: unknown): value is { host: string; port: number } {
  const { host, port } = (value ?? {}) as { host?: unknown; port?: unknown };
  return typeof host === "string" && typeof port === "number";
}

/**
 * Waits until the gateway is ready and prints its address, with the worker's report about its keys.
 * When that takes long, no key works, or another program answers in its place, it prints the reason and keeps waiting.
 */
export async function announceGateway(options: {
  /** Where the gateway listens; undefined until it does. */
  gatewayUrl: () => string | undefined;
  /** The worker's report about its keys; undefined until there is one. */
  keysReport: () => string | undefined;
  signal: AbortSignal;
}): Promise<void> {
  const { gatewayUrl, keysReport, signal } = options;
  const startedAt = performance.now();
  let hasComplained = false;
  while (!signal.aborted) {
    const url = gatewayUrl();
    const obstacle = await findObstacle(url, keysReport(), signal);
    if (url !== undefined && obstacle === undefined) {
      const report = keysReport();
      console.error(
        say("ready", {
          url,
          report: report ? say("report", { report }) : "",
        }),
      );
      return;
    }
    const isLate = performance.now() - startedAt > patienceMs;
    if (!hasComplained && obstacle && (obstacle.mustBeMended || isLate)) {
      console.error(say("notReady", { reason: obstacle.reason }));
      hasComplained = true;
    }
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Obstacle {
  reason: string;
  /** Whether waiting alone does not help. */
  mustBeMended: boolean;
}

async function findObstacle(
  url: string | undefined,
  report: string | undefined,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  if (url === undefined)
    return { reason: say("notListening"), mustBeMended: false };
  const answer = await askWhetherReady(url, signal);
  if (answer === undefined)
    return { reason: say("noAnswer", { url }), mustBeMended: false };
  if (answer === "foreign")
    return { reason: say("otherProgram", { url }), mustBeMended: true };
  const { reason } = answer;
  if (report !== undefined && reason && /^No key works/.test(reason))
    return { reason: say("noKeyWorks", { report }), mustBeMended: true };
  return reason === undefined ? undefined : { reason, mustBeMended: false };
}

/** Keeps the worker's report about its keys, for {@link announceGateway}. */
export function listenForKeysReport() {
  let latest: string | undefined;
  return {
    read: () => latest,
    onMessage(message: unknown): void {
      const { keysReport } = (message ?? {}) as { keysReport?: unknown };
      if (typeof keysReport === "string") latest = keysReport;
    },
  };
}

/** Prints how to open the admin pages, when a gateway without a password says so. */
export function announceSignIn(message: unknown): void {
  const { signInLink } = (message ?? {}) as { signInLink?: unknown };
  if (typeof signInLink !== "string") return;
  console.error(say("signIn", { link: signInLink }));
}

/** @returns undefined without an answer, and `foreign` for one that a gateway does not give. */
async function askWhetherReady(
  url: string,
  signal: AbortSignal,
): Promise<{ reason?: string } | "foreign" | undefined> {
  let body: string;
  try {
    const response = await fetch(`${url}/ready`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
    });
    body = await response.text();
  } catch {
    return undefined;
  }
  try {
    const { status, reason } = JSON.parse(body);
    if (status === "ready") return {};
    if (typeof status === "string" && typeof reason === "string")
      return { reason };
  } catch {
    // No JSON.
  }
  return "foreign";
}
