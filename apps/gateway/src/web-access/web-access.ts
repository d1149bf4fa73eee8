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

/** Whether CORS_ORIGINS lets pages of this origin in; with `*` those that hide it, too. */
export function isAllowedOrigin(
  origin: string | undefined,
  { corsOrigins }: WebAccess,
): boolean {
  if (corsOrigins.includes("*")) return true;
  return origin !== undefined && corsOrigins.includes(origin.toLowerCase());
}

/** Reads {@link WebAccess} from the configuration. */
export function readWebAccess(config: {
  readonly TRUST_PROXY: WebAccess["trustProxy"];
  readonly GATEWAY_API_KEYS: readonly unknown[];
  readonly HOST: string;
  readonly CORS_ORIGINS: readonly string[];
  readonly ALLOWED_HOSTS: readonly string[];
}): WebAccess {
  return {
    trustProxy: config.TRUST_PROXY,
    isKeyless: config.GATEWAY_API_KEYS.length === 0,
    listensLocally: isLoopback(config.HOST),
    corsOrigins: config.CORS_ORIGINS,
    allowedHosts: config.ALLOWED_HOSTS,
  };
}
