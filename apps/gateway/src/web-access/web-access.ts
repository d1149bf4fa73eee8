import { isLoopback } from "./is-loopback.ts";

/** Which web pages, names and proxies are trusted. */
export type WebAccess = {
  /** Express's `trust proxy`. */
  readonly trustProxy: boolean | number | string[];
  /** Whether nobody has to know a secret now, so that more is asked of where a request comes from. */
  readonly isKeyless: () => boolean;
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
