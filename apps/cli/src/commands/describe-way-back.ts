import { describeCommand } from "../output/describe-command.ts";

/** How to come back to a batch that goes on. */
export type WayBack = {
  /** Options that name the gateway. */
  readonly connectionFlags: readonly string[];
  /** Options about the results. */
  readonly resultFlags: readonly string[];
};

/** Tells {@link WayBack} in lines that can be pasted. */
export function describeWayBack(
  batchId: string,
  { connectionFlags, resultFlags }: WayBack,
): string {
  const resume = [...connectionFlags, ...resultFlags];
  return [
    `The batch goes on without you: ${batchId}`,
    `  come back:  ${describeCommand(["resume", batchId, ...resume])}`,
    `  look:       ${describeCommand(["status", batchId, ...connectionFlags])}`,
    `  cancel:     ${describeCommand(["cancel", batchId, ...connectionFlags])}`,
  ].join("\n");
}
