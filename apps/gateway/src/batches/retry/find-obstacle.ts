import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import { GatewayError } from "../../errors/gateway-error.ts";
import type { BatchRecord } from "../records/batch-record.ts";

/** Why a batch cannot be retried, by its record; undefined when it can. */
export function findObstacle(batch: BatchRecord): GatewayError | undefined {
  const { id, status, inProgressAt, completed, total } = batch;
  if (!hasEnded(batch)) {
    return new GatewayError(
      "conflict",
      `A batch that is ${status} cannot be retried; wait for its end, or cancel it`,
    );
  }
  if (status === "failed" && inProgressAt === undefined) {
    return new GatewayError(
      "invalid-request",
      `${id} failed before its first line was called; \`errors\` tells why`,
    );
  }
  return total > 0 && completed === total ? nothingFailed(batch) : undefined;
}

/** Every line has a successful answer. */
export function nothingFailed({ id }: BatchRecord): GatewayError {
  return new GatewayError("invalid-request", `${id} has no failed lines`);
}
