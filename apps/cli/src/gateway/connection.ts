import type { Command } from "commander";
import { CliError } from "../output/cli-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { say } from "../words/say.ts";
import {
  createGatewayClient,
  type GatewayClient,
  type OperatorCredentials,
} from "./gateway-client.ts";

/** Options of every command: the gateway's address. */
export type Connection = { readonly url: string };

/**
 * A client of the gateway in the options. Its key comes from the environment, where no list of
 * processes shows it.
 */
export function connect({ url }: Connection): GatewayClient {
  return createGatewayClient({ url, apiKey: process.env.ORPOOL_API_KEY });
}

/** The option with which another command finds the same gateway; none when the environment names it. */
export function listConnectionFlags(command: Command): readonly string[] {
  const { url } = command.optsWithGlobals<Connection>();
  const isTyped = command.getOptionValueSourceWithGlobals("url") === "cli";
  return isTyped ? ["--url", url] : [];
}

/**
 * The same for an operator, whose password also comes from the environment.
 *
 * @throws {CliError} when there is none.
 */
export function connectAsOperator({ url }: Connection): GatewayClient {
  const operator = readOperator();
  if (operator)
    return createGatewayClient({ url, apiKey: undefined, operator });
  throw new CliError(say("batch.needsPassword"), exitCodes.usage);
}

/** As an operator where a password is given, else as a client. */
export function connectAsEither(connection: Connection): GatewayClient {
  return readOperator() ? connectAsOperator(connection) : connect(connection);
}

function readOperator(): OperatorCredentials | undefined {
  const password = process.env.ORPOOL_ADMIN_PASSWORD;
  const username = process.env.ORPOOL_ADMIN_USERNAME || "admin";
  return password ? { username, password } : undefined;
}
