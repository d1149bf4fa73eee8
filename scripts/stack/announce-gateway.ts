import { setTimeout as delay } from "node:timers/promises";
import { say } from "../words/say.mjs";

const pollMs = 250;
const patienceMs = 15_000;

/** The address of the gateway, as a person types it. */
export function gatewayUrl(env: NodeJS.ProcessEnv): string {
  const host = env.HOST || "127.0.0.1";
  const port = env.PORT || "3000";
  const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${shownHost.includes(":") ? `[${shownHost}]` : shownHost}:${port}`;
}

/**
 * Waits until the gateway is ready and prints its address, with the worker's report about its keys.
 * When that takes long, or no key works, it prints the reason and keeps waiting.
 */
export async function announceGateway(
  url: string,
  options: {
    /** The worker's report about its keys; undefined until there is one. */
    keysReport: () => string | undefined;
    signal: AbortSignal;
  },
): Promise<void> {
  const { keysReport, signal } = options;
  const startedAt = performance.now();
  let hasComplained = false;
  while (!signal.aborted) {
    const reason = await whyNotReady(url, signal);
    const report = keysReport();
    if (reason === undefined) {
      console.error(
        say("ready", {
          url,
          report: report ? say("report", { report }) : "",
        }),
      );
      return;
    }
    const lacksKeys = report !== undefined && /^No key works/.test(reason);
    const isLate = performance.now() - startedAt > patienceMs;
    if (!hasComplained && (lacksKeys || isLate)) {
      console.error(
        say("notReady", {
          reason: lacksKeys ? say("noKeyWorks", { report }) : reason,
        }),
      );
      hasComplained = true;
    }
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
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

async function whyNotReady(
  url: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/ready`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
    });
    const body = await response.text();
    return response.ok ? undefined : readReason(body);
  } catch {
    return say("noAnswer", { url });
  }
}

/** The reason in the answer of `/ready`, or whatever else answers there. */
function readReason(body: string): string {
  try {
    const { reason } = JSON.parse(body);
    return typeof reason === "string" ? reason : body;
  } catch {
    return body;
  }
}
