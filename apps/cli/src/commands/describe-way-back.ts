import { describeCommand } from "../output/describe-command.ts";
import { say } from "../words/say.ts";

/** How to return to a batch that continues. */
export type WayBack = {
  /** Options that name the gateway. */
  readonly connectionFlags: readonly string[];
  /** Options about the results. */
  readonly resultFlags: readonly string[];
};

/**
 * Describes {@link WayBack} in lines that can be pasted.
 *
 * @param lead the line above them: whether the batch goes on, or may have ended.
 */
export function describeWayBack(
  batchId: string,
  { connectionFlags, resultFlags }: WayBack,
  lead: "goesOn" | "isKept" = "goesOn",
): string {
  const command = (name: string, flags: readonly string[]) => ({
    command: describeCommand([name, batchId, ...flags]),
  });
  return [
    say(`batch.${lead}`, { id: batchId }),
    say(
      "batch.comeBack",
      command("resume", [...connectionFlags, ...resultFlags]),
    ),
    say("batch.look", command("status", connectionFlags)),
    say("batch.cancel", command("cancel", connectionFlags)),
  ].join("\n");
}
