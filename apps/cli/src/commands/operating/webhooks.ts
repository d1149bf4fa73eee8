import Table from "cli-table3";
import type { Command } from "commander";
import {
  type Connection,
  connectAsOperator,
} from "../../gateway/connection.ts";
import type { Delivery } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print, tell } from "../../output/terminal.ts";
import { say } from "../../words/say.ts";
import { sayState } from "./say-state.ts";

type Options = Connection & {
  readonly limit: string;
  readonly after?: string;
  readonly status?: string;
  readonly client?: string;
  readonly json?: boolean;
};

/** `orpool webhooks …`: the deliveries of events, for operators. */
export function addWebhooks(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  const webhooks = program
    .command("webhooks")
    .description(say("help.webhooks"));
  webhooks
    .command("list")
    .description(say("help.webhooks.list"))
    .option("--limit <number>", say("help.webhooks.limit"), "50")
    .option("--after <event>", say("help.webhooks.after"))
    .option("--status <status>", say("help.webhooks.status"))
    .option("--client <id>", say("help.onlyClient"))
    .option("--json", say("help.json"))
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const gateway = connectAsOperator(options);
      const { data, hasMore } = await gateway.listDeliveries(toQuery(options));
      const isJson = options.json || process.stdout.isTTY !== true;
      if (isJson) for (const delivery of data) print(JSON.stringify(delivery));
      else print(draw(data));
      const last = data.at(-1);
      if (hasMore && last) tell(say("operating.moreEvents", { id: last.id }));
      end(exitCodes.done);
    });
  webhooks
    .command("send")
    .description(say("help.webhooks.send"))
    .argument("<event>", say("help.webhooks.event"))
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Connection>();
      await connectAsOperator(options).sendEvent(id);
      tell(say("operating.sent", { id }));
      end(exitCodes.done);
    });
}

function toQuery({ limit, after, status, client }: Options): URLSearchParams {
  return new URLSearchParams({
    limit,
    ...(after === undefined ? {} : { after }),
    ...(status === undefined ? {} : { status }),
    ...(client === undefined ? {} : { client }),
  });
}

const columns = [
  "event",
  "about",
  "client",
  "receiver",
  "state",
  "tries",
  "error",
] as const;

function draw(deliveries: readonly Delivery[]): string {
  const table = new Table({
    head: columns.map((name) => say(`operating.${name}`)),
    style: { head: [], border: [] },
  });
  for (const delivery of deliveries) {
    const { type, about, client, clientName, receiver } = delivery;
    table.push([
      `${type}\n${delivery.id}`,
      about,
      clientName ?? client ?? say("operating.withoutKey"),
      receiver ?? "",
      sayState(delivery.status),
      delivery.attempts,
      delivery.lastError ?? "",
    ]);
  }
  return table.toString();
}
