import { setTimeout as delay } from "node:timers/promises";

const pollMs = 250;
const patienceMs = 15_000;

/** Where the gateway will answer, as a person types it. */
export function gatewayUrl(env: NodeJS.ProcessEnv): string {
  const host = env.HOST || "127.0.0.1";
  const port = env.PORT || "3000";
  const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${shownHost.includes(":") ? `[${shownHost}]` : shownHost}:${port}`;
}

/** Waits until the gateway is ready and says so; when that takes long it says why, and goes on waiting. */
export async function announceGateway(
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  let hasComplained = false;
  while (!signal.aborted) {
    const reason = await whyNotReady(url, signal);
    if (reason === undefined) {
      console.error(
        `Ready: the base URL for your apps is ${url}/v1. ${url} tries a model and connects apps, ${url}/admin shows the key pool. Ctrl-C stops everything.`,
      );
      return;
    }
    if (!hasComplained && performance.now() - startedAt > patienceMs) {
      console.error(`Not ready yet: ${reason}`);
      hasComplained = true;
    }
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Says how to get into the admin pages, when a gateway without a password tells. */
export function announceSignIn(message: unknown): void {
  const { signInLink } = (message ?? {}) as { signInLink?: unknown };
  if (typeof signInLink !== "string") return;
  console.error(
    `Open this link to sign in to the admin pages, once: ${signInLink}`,
  );
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
    return response.ok ? undefined : body;
  } catch {
    return `${url} does not answer`;
  }
}
