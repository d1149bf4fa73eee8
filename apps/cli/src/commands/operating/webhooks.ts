import Table from "cli-table3";
import type { Command } from "commander";
import {
  type Connection,
  connectAsOperator,
} from "../../gateway/connection.ts";
import type { Delivery } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print, tell } from "../../output/terminal.ts";

type Options = Connection & {
  readonly limit: string;
  readonly after?: string;
  readonly status?: string;
  readonly client?: string;
  readonly json?: boolean;
};

/** `orpool webhooks …`: what clients were told, for operators. */
export function addWebhooks(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  const webhooks = program
    .command("webhooks")
    .description(
      "see which events reached their webhooks (needs ORPOOL_ADMIN_PASSWORD)",
    );
  webhooks
    .command("list")
    .description("show events, the newest first")
    .option("--limit <number>", "how many", "50")
    .option("--after <event>", "those before this one")
    .option("--status <status>", "waiting, delivered, failed or unwanted")
    .option("--client <id>", "only this client's")
    .option("--json", "JSON, also on a terminal")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const gateway = connectAsOperator(options);
      const { data, hasMore } = await gateway.listDeliveries(toQuery(options));
      const isJson = options.json || process.stdout.isTTY !== true;
      if (isJson) for (const delivery of data) print(JSON.stringify(delivery));
      else print(draw(data));
      const last = data.at(-1);
      if (hasMore && last) tell(`There are more: --after ${last.id}`);
      end(exitCodes.done);
    });
  webhooks
    .command("send")
    .description("send an event again, now, with the same webhook-id")
    .argument("<event>", "its id")
    .action(async (id: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Connection>();
      await connectAsOperator(options).sendEvent(id);
      tell(`${id} is on its way.`);
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

function draw(deliveries: readonly Delivery[]): string {
  const table = new Table({
    head: ["event", "about", "client", "receiver", "state", "tries", "error"],
    style: { head: [], border: [] },
  });
  for (const delivery of deliveries) {
    const { type, about, client, clientName, receiver } = delivery;
    table.push([
      `${type}\n${delivery.id}`,
      about,
      clientName ?? client ?? "without a key",
      receiver ?? "",
      delivery.status,
      delivery.attempts,
      delivery.lastError ?? "",
    ]);
  }
  return table.toString();
}
