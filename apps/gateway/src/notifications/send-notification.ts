import type { Dispatcher } from "@openrouter-free-pool/shared/http/create-dispatcher";
import type { Logger } from "pino";
import type { Condition } from "./find-conditions.ts";
import { toBody } from "./forms.ts";
import type { NotifyTarget } from "./variables.ts";

const timeoutMs = 10_000;

/** Sends to all targets. @returns whether one of them accepted it; failures are only logged. */
export type SendNotification = (
  conditions: readonly Condition[],
) => Promise<boolean>;

/** Builds {@link SendNotification}. A target's address is a secret: only its host is logged. */
export function createSendNotification(deps: {
  targets: readonly NotifyTarget[];
  dispatcher: Dispatcher;
  logger: Logger;
}): SendNotification {
  const { targets, dispatcher, logger } = deps;

  async function send(
    { url, form }: NotifyTarget,
    conditions: readonly Condition[],
  ): Promise<boolean> {
    const { origin, pathname, search, host } = new URL(url);
    try {
      const response = await dispatcher.request({
        origin,
        path: pathname + search,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: toBody(form, conditions),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body.dump();
      if (response.statusCode < 300) return true;
      const { statusCode: status } = response;
      logger.warn({ host, status }, "A notification was refused");
    } catch (error) {
      // The error's message could contain the address.
      const code = codeOf(error);
      logger.warn({ host, code }, "A notification could not be sent");
    }
    return false;
  }

  return async function sendNotification(conditions) {
    const taken = await Promise.all(
      targets.map((target) => send(target, conditions)),
    );
    return taken.includes(true);
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string"
    ? error.code
    : error.name;
}
