import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

export type { Dispatcher };

/** Proxies for outgoing HTTP; none when all are unset. */
export type ProxySettings = {
  /** For `http:` addresses, and for `https:` ones unless they have their own. */
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  /** Hosts that are called directly, in the syntax of NO_PROXY. */
  readonly noProxy?: string | undefined;
};

/** Servers keep an idle connection at least this long without announcing it: most of them 5 s or more. */
const keepAliveMs = 4_000;

/**
 * Creates the dispatcher of outgoing HTTP calls: with connections of its own, through a proxy if
 * one is set.
 */
export function createDispatcher(
  { httpProxy, httpsProxy, noProxy }: ProxySettings,
  given: Agent.Options = {},
): Dispatcher {
  const options = { keepAliveTimeout: keepAliveMs, ...given };
  if (httpProxy === undefined && httpsProxy === undefined) {
    return new Agent(options);
  }
  // Empty strings, because the agent would otherwise read the environment itself.
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: httpProxy ?? "",
    httpsProxy: httpsProxy ?? "",
    noProxy: noProxy ?? "",
  });
}

/** The environment's names for proxies. */
export type ProxyVariables = {
  readonly HTTP_PROXY?: string | undefined;
  readonly HTTPS_PROXY?: string | undefined;
  readonly NO_PROXY?: string | undefined;
};

/** Reads the proxies from the parsed environment. */
export function readProxySettings(config: ProxyVariables): ProxySettings {
  return {
    httpProxy: config.HTTP_PROXY,
    httpsProxy: config.HTTPS_PROXY,
    noProxy: config.NO_PROXY,
  };
}
