import { BlockList, isIP } from "node:net";
import type { Logger } from "pino";
import type { GatewayConfig } from "./config.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Warns when anybody on the network may spend the pool's quota. */
export function warnIfOpen(config: GatewayConfig, logger: Logger): void {
  if (config.GATEWAY_API_KEYS.length > 0 || isLoopback(config.HOST)) return;
  logger.warn(
    { host: config.HOST },
    "Anybody who reaches this address may use the pool: set GATEWAY_API_KEYS",
  );
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === "localhost";
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}
