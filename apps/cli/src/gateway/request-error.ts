import { CliError } from "../output/cli-error.ts";
import type { ExitCode } from "../output/exit-codes.ts";

/** A request to the gateway that has failed. */
export class RequestError extends CliError {
  override name = "RequestError";
  /** Whether the same request may succeed later: the gateway restarts, or a proxy is busy. */
  readonly isPassing: boolean;
  /** Of the gateway's refusal; undefined when there was no answer. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: {
      exitCode: ExitCode;
      isPassing: boolean;
      status?: number;
      cause?: unknown;
    },
  ) {
    super(message, options.exitCode, options.cause);
    this.status = options.status;
    this.isPassing = options.isPassing;
  }
}
