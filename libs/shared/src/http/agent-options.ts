import type { AgentOptions } from "node:http";
import type { ProxySettings } from "./create-dispatcher.ts";

/**
 * Options for libraries that use Node's own agents, so that they call through the same proxies.
 * Before Node 24.5 agents do not support proxies, and call directly.
 */
export function agentOptions({
  httpProxy,
  httpsProxy = httpProxy,
  noProxy,
}: ProxySettings): AgentOptions {
  const proxyEnv = {
    HTTP_PROXY: httpProxy,
    HTTPS_PROXY: httpsProxy,
    NO_PROXY: noProxy,
  };
  return { keepAlive: true, proxyEnv };
}
