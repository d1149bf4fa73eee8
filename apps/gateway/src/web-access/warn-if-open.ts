import type { Logger } from "pino";
import type { WebAccess } from "./web-access.ts";

/** Warns when anybody on the network may spend the pool's quota. */
export function warnIfOpen(
  access: WebAccess,
  host: string,
  logger: Logger,
): void {
  if (!access.isKeyless() || access.listensLocally) return;
  logger.warn(
    { host },
    "Anybody who reaches this address may use the pool: set GATEWAY_API_KEYS",
  );
}
