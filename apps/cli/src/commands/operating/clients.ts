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
import { say } from "../../words/say.ts";
import {
  addClientOptions,
  type ClientOptions,
  toSettings,
} from "./client-options.ts";
import { sayState } from "./say-state.ts";

type Options = Connection & ClientOptions & { readonly json?: boolean };

/** `orpool clients …`: manages clients, for operators. */
export function addClients(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  const clients = program.command("clients").description(say("help.clients"));
  const json = ["--json", say("help.json")] as const;
  const optionsOf = (command: Command) => {
    const options = command.optsWithGlobals<Options>();
    const isJson = options.json || process.stdout.isTTY !== true;
    return { options, isJson, gateway: connectAsOperator(options) };
  };

  clients
    .command("list")
    .description(say("help.clients.list"))
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
      .description(say("help.clients.create"))
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
      .description(say("help.clients.update"))
      .argument("<client>", say("help.clients.client"))
      .option("--name <name>", say("help.clients.name")),
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
    .description(say("help.clients.rotate"))
    .argument("<client>", say("help.clients.client"))
    .option(...json)
    .action(async (client: string, _: unknown, command: Command) => {
      const { isJson, gateway } = optionsOf(command);
      const { id } = await find(gateway, client);
      showKey(await gateway.rotateKey(id), isJson);
      end(exitCodes.done);
    });
  clients
    .command("delete")
    .description(say("help.clients.delete"))
    .argument("<client>", say("help.clients.client"))
    .action(async (client: string, _: unknown, command: Command) => {
      const { gateway } = optionsOf(command);
      const { id, name } = await find(gateway, client);
      await gateway.deleteClient(id);
      tell(say("operating.removed", { name }));
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
  throw new CliError(
    say("operating.noClient", { name: wanted }),
    exitCodes.usage,
  );
}

function showKey(client: IssuedClient, isJson: boolean): void {
  if (isJson) {
    print(JSON.stringify(client));
    return;
  }
  tell(say("operating.keyOf", { name: client.name }));
  print(client.key);
  if (client.webhookSecret) {
    tell(say("operating.webhookSecret"));
    print(client.webhookSecret);
  }
}

function draw(clients: readonly Client[]): string {
  const table = new Table({
    head: [
      say("operating.client"),
      say("operating.id"),
      say("operating.key"),
      say("operating.state"),
      say("operating.weight"),
      say("operating.aDay"),
      say("operating.aMinute"),
      say("operating.models"),
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
    const { id, name, keyHint, state, weight, models, use } = client;
    const { perDay, perMinute } = client;
    table.push([
      name,
      id,
      keyHint ?? say("operating.environment"),
      sayState(state),
      weight,
      describeLimit(use?.day, perDay),
      describeLimit(use?.minute, perMinute),
      models?.join(", ") ?? "",
    ]);
  }
  return table.toString();
}

/** The use of a limit, if known, and the limit. */
function describeLimit(used: number | undefined, most: number | null): string {
  if (most === null) return "";
  const limit = formatCount(most);
  return used === undefined
    ? limit
    : say("operating.useOf", { used: formatCount(used), limit });
}
