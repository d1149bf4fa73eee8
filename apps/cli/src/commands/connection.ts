import type { Command } from "commander";
import {
  createGatewayClient,
  type GatewayClient,
} from "../gateway/gateway-client.ts";

/** Options of every command: which gateway. */
export type Connection = { readonly url: string };

/** The gateway that the options name. Its key comes from the environment, where no list of processes shows it. */
export function connect({ url }: Connection): GatewayClient {
  return createGatewayClient({ url, apiKey: process.env.ORPOOL_API_KEY });
}

/** The option by which another command finds the same gateway; none where the environment says it. */
export function listConnectionFlags(command: Command): readonly string[] {
  const { url } = command.optsWithGlobals<Connection>();
  const isTyped = command.getOptionValueSourceWithGlobals("url") === "cli";
  return isTyped ? ["--url", url] : [];
}
