import type { Logger } from "pino";
import type { GatewayConfig } from "./config.ts";
import { isLoopback } from "./web-access/is-loopback.ts";

/** Warns when anybody on the network may spend the pool's quota. */
export function warnIfOpen(config: GatewayConfig, logger: Logger): void {
  if (config.GATEWAY_API_KEYS.length > 0 || isLoopback(config.HOST)) return;
  logger.warn(
    { host: config.HOST },
    "Anybody who reaches this address may use the pool: set GATEWAY_API_KEYS",
  );
}
