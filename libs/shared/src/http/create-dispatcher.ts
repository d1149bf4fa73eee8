import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";

export type { Dispatcher };

/** Proxies for outgoing HTTP; none where all are unset. */
export type ProxySettings = {
  /** Of `http:` addresses, and of `https:` ones that have none of their own. */
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  /** Hosts that are called directly, as NO_PROXY lists them. */
  readonly noProxy?: string | undefined;
};

/** As long as a server keeps an idle connection without saying so: most keep it for 5 s or more. */
const keepAliveMs = 4_000;

/**
 * Creates what outgoing HTTP calls go through: connections of their own, by way of
 * a proxy where one is set.
 */
export function createDispatcher(
  { httpProxy, httpsProxy, noProxy }: ProxySettings,
  given: Agent.Options = {},
): Dispatcher {
  const options = { keepAliveTimeout: keepAliveMs, ...given };
  if (httpProxy === undefined && httpsProxy === undefined) {
    return new Agent(options);
  }
  // Empty texts, because the agent would read the environment itself.
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: httpProxy ?? "",
    httpsProxy: httpsProxy ?? "",
    noProxy: noProxy ?? "",
  });
}

/** Proxies as the environment names them. */
export type ProxyVariables = {
  readonly HTTP_PROXY?: string | undefined;
  readonly HTTPS_PROXY?: string | undefined;
  readonly NO_PROXY?: string | undefined;
};

/** Reads the proxies from what the environment was parsed to. */
export function readProxySettings(config: ProxyVariables): ProxySettings {
  return {
    httpProxy: config.HTTP_PROXY,
    httpsProxy: config.HTTPS_PROXY,
    noProxy: config.NO_PROXY,
  };
}
