import type { GatewayConfig } from "../config.ts";
import { isLoopback } from "./is-loopback.ts";

/** Which web pages, names and proxies are trusted. */
export type WebAccess = {
  /** Express's `trust proxy`. */
  readonly trustProxy: boolean | number | string[];
  /** Without client keys nobody has to know a secret, so more is asked of where a request comes from. */
  readonly isKeyless: boolean;
  /** Whether only programs of this machine can connect. */
  readonly listensLocally: boolean;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
};

/** Reads {@link WebAccess} from the configuration. */
export function readWebAccess(config: GatewayConfig): WebAccess {
  return {
    trustProxy: config.TRUST_PROXY,
    isKeyless: config.GATEWAY_API_KEYS.length === 0,
    listensLocally: isLoopback(config.HOST),
    corsOrigins: config.CORS_ORIGINS,
    allowedHosts: config.ALLOWED_HOSTS,
  };
}
