import { CliError } from "../output/cli-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { describeWayBack, type WayBack } from "./describe-way-back.ts";

/**
 * Does what follows after a batch was created. Where it fails, the error also says how to return to
 * the batch, so that nobody has to send its lines again.
 */
export async function withWayBack<Result>(
  batchId: string,
  wayBack: WayBack,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `${message}\n${describeWayBack(batchId, wayBack, "isKept")}`,
      error instanceof CliError ? error.exitCode : exitCodes.error,
      error,
    );
  }
}
