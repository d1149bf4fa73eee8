import { isLoopback } from "./is-loopback.ts";

/** Which web pages, names and proxies are trusted. */
export type WebAccess = {
  /** Express's `trust proxy`. */
  readonly trustProxy: boolean | number | string[];
  /** Whether no secret is required now, so that the origin of requests is checked more strictly. */
  readonly isKeyless: () => boolean;
  /** Whether only programs of this machine can connect. */
  readonly listensLocally: boolean;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
};

/** Whether CORS_ORIGINS allows pages of this origin; `*` also allows pages that hide it. */
export function isAllowedOrigin(
  origin: string | undefined,
  { corsOrigins }: WebAccess,
): boolean {
  if (corsOrigins.includes("*")) return true;
  return origin !== undefined && corsOrigins.includes(origin.toLowerCase());
}

/** Reads {@link WebAccess} from the configuration. */
export function readWebAccess(
  config: {
    readonly TRUST_PROXY: WebAccess["trustProxy"];
    readonly HOST: string;
    readonly CORS_ORIGINS: readonly string[];
    readonly ALLOWED_HOSTS: readonly string[];
  },
  isKeyless: () => boolean,
): WebAccess {
  return {
    trustProxy: config.TRUST_PROXY,
    isKeyless,
    listensLocally: isLoopback(config.HOST),
    corsOrigins: config.CORS_ORIGINS,
    allowedHosts: config.ALLOWED_HOSTS,
  };
}
