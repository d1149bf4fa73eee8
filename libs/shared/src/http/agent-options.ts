import type { AgentOptions } from "node:http";
import type { ProxySettings } from "./create-dispatcher.ts";

/**
 * What libraries that call through Node's own agents need in order to go through the same
 * proxies as our calls. Before Node 24.5 agents know no proxies, and call directly.
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
