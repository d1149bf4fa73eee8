import Table from "cli-table3";
import type { Command } from "commander";
import {
  type Connection,
  connectAsOperator,
} from "../../gateway/connection.ts";
import type { GatewayClient } from "../../gateway/gateway-client.ts";
import type { Client, IssuedClient } from "../../gateway/objects.ts";
import { CliError } from "../../output/cli-error.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print, tell } from "../../output/terminal.ts";
import { formatCount } from "../../progress/format.ts";
import {
  addClientOptions,
  type ClientOptions,
  toSettings,
} from "./client-options.ts";

type Options = Connection & ClientOptions & { readonly json?: boolean };

/** `orpool clients …`: who may call, for operators. */
export function addClients(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  const clients = program
    .command("clients")
    .description("manage who may call (needs ORPOOL_ADMIN_PASSWORD)");
  const json = ["--json", "JSON, also on a terminal"] as const;
  const optionsOf = (command: Command) => {
    const options = command.optsWithGlobals<Options>();
    const isJson = options.json || process.stdout.isTTY !== true;
    return { options, isJson, gateway: connectAsOperator(options) };
  };

  clients
    .command("list")
    .description("show all clients")
    .option(...json)
    .action(async (_: unknown, command: Command) => {
      const { isJson, gateway } = optionsOf(command);
      const { clients: all } = await gateway.listClients();
      if (isJson) for (const client of all) print(JSON.stringify(client));
      else print(draw(all));
      end(exitCodes.done);
    });
  addClientOptions(
    clients
      .command("create")
      .description("make a client; its key is shown this once")
      .argument("<name>"),
  )
    .option(...json)
    .action(async (name: string, _: unknown, command: Command) => {
      const { options, isJson, gateway } = optionsOf(command);
      const settings = { ...toSettings(options), name };
      showKey(await gateway.createClient(settings), isJson);
      end(exitCodes.done);
    });
  addClientOptions(
    clients
      .command("update")
      .description("change a client; what is not said stays")
      .argument("<client>", "its name or id")
      .option("--name <name>", "another name"),
  )
    .option(...json)
    .action(async (client: string, _: unknown, command: Command) => {
      const { options, isJson, gateway } = optionsOf(command);
      const { id } = await find(gateway, client);
      const changed = await gateway.updateClient(id, toSettings(options));
      print(isJson ? JSON.stringify(changed) : draw([changed]));
      end(exitCodes.done);
    });
  clients
    .command("rotate")
    .description(
      "give a client another key; the old one opens nothing any more",
    )
    .argument("<client>", "its name or id")
    .option(...json)
    .action(async (client: string, _: unknown, command: Command) => {
      const { isJson, gateway } = optionsOf(command);
      const { id } = await find(gateway, client);
      showKey(await gateway.rotateKey(id), isJson);
      end(exitCodes.done);
    });
  clients
    .command("delete")
    .description(
      "remove a client, and cancel its open batches and background requests",
    )
    .argument("<client>", "its name or id")
    .action(async (client: string, _: unknown, command: Command) => {
      const { gateway } = optionsOf(command);
      const { id, name } = await find(gateway, client);
      await gateway.deleteClient(id);
      tell(`Removed ${name}.`);
      end(exitCodes.done);
    });
}

/** @throws {CliError} when there is no such client. */
async function find(gateway: GatewayClient, wanted: string): Promise<Client> {
  const { clients } = await gateway.listClients();
  const found =
    clients.find(({ id }) => id === wanted) ??
    clients.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found) return found;
  throw new CliError(`There is no client ${wanted}.`, exitCodes.usage);
}

function showKey(client: IssuedClient, isJson: boolean): void {
  if (isJson) {
    print(JSON.stringify(client));
    return;
  }
  tell(`The key of ${client.name}, shown this once:`);
  print(client.key);
  if (client.webhookSecret) {
    tell("The secret that signs the events of its webhook:");
    print(client.webhookSecret);
  }
}

function draw(clients: readonly Client[]): string {
  const table = new Table({
    head: [
      "client",
      "id",
      "key",
      "state",
      "weight",
      "a day",
      "a minute",
      "models",
    ],
    colAligns: [
      "left",
      "left",
      "left",
      "left",
      "right",
      "right",
      "right",
      "left",
    ],
    style: { head: [], border: [] },
  });
  for (const client of clients) {
    const { id, name, keyHint, state, weight, perDay, perMinute, models } =
      client;
    table.push([
      name,
      id,
      keyHint ?? "environment",
      state,
      weight,
      perDay === null ? "" : formatCount(perDay),
      perMinute === null ? "" : formatCount(perMinute),
      models?.join(", ") ?? "",
    ]);
  }
  return table.toString();
}
