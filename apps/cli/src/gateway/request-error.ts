import { CliError } from "../output/cli-error.ts";
import type { ExitCode } from "../output/exit-codes.ts";

/** A request to the gateway that has failed. */
export class RequestError extends CliError {
  override name = "RequestError";
  /** Whether the same request may succeed later: the gateway restarts, or a proxy is busy. */
  readonly isPassing: boolean;

  constructor(
    message: string,
    options: { exitCode: ExitCode; isPassing: boolean; cause?: unknown },
  ) {
    super(message, options.exitCode, options.cause);
    this.isPassing = options.isPassing;
  }
}
