import { createInterface } from "node:readline/promises";
import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { inputError } from "../input/input-error.ts";
import { describeCommand } from "../output/describe-command.ts";
import { isWatched } from "../output/terminal.ts";
import { formatCount } from "../progress/format.ts";
import { say } from "../words/say.ts";
import type { WayBack } from "./describe-way-back.ts";
import { findEarlier } from "./find-earlier.ts";

/** What an earlier batch has in common with the one that is to be made. */
type Repeated = "input" | "retry";

/**
 * The earlier batch to return to instead of making a new one, see {@link findEarlier}. A person is
 * asked; `--continue` agrees, and `--again` makes a new one.
 *
 * @throws {CliError} when nobody can be asked: calls use quota, so that a script must decide
 * itself.
 */
export async function chooseEarlier(
  gateway: GatewayClient,
  options: {
    isSame: (batch: Batch) => boolean;
    repeats: Repeated;
    flags: { continue?: boolean; again?: boolean };
    wayBack: WayBack;
  },
): Promise<Batch | undefined> {
  const { flags, repeats, wayBack } = options;
  if (flags.again) return undefined;
  const earlier = await findEarlier(gateway, options.isSame);
  if (!earlier) return undefined;
  const isChosen =
    flags.continue === true ||
    (await ask(earlier.id, describeEarlier(earlier, repeats), wayBack));
  return isChosen ? earlier : undefined;
}

async function ask(
  id: string,
  finding: string,
  { connectionFlags, resultFlags }: WayBack,
): Promise<boolean> {
  if (!process.stdin.isTTY || !isWatched()) {
    const resume = ["resume", id, ...connectionFlags, ...resultFlags];
    const command = describeCommand(resume);
    throw inputError(
      [
        finding,
        say("batch.comeBack", { command }),
        say("batch.sendAgain"),
      ].join("\n"),
    );
  }
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  try {
    const answer = await terminal.question(say("batch.resumeIt", { finding }));
    return !/^\s*n/i.test(answer);
  } finally {
    terminal.close();
  }
}

function describeEarlier(batch: Batch, repeats: Repeated): string {
  const { id, request_counts: counts } = batch;
  const { total, completed, failed } = counts;
  if (!hasEnded(batch) && total === 0) {
    return say(`batch.earlier.${repeats}Runs`, { id });
  }
  const progress = {
    id,
    done: formatCount(completed + failed),
    answered: formatCount(completed),
    total: formatCount(total),
  };
  return hasEnded(batch)
    ? say(`batch.earlier.${repeats}Unread`, progress)
    : say(`batch.earlier.${repeats}RunsProgress`, progress);
}
