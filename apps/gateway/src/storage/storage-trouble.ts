import { errors } from "flydrive";
import { GatewayError } from "../errors/gateway-error.ts";

const retryAfterMs = 30_000;

/** Whether the storage of files failed: its disk is full, say, or its server does not answer. */
export function isStorageError(thrown: unknown): boolean {
  return (
    thrown instanceof errors.E_CANNOT_WRITE_FILE ||
    thrown instanceof errors.E_CANNOT_READ_FILE ||
    thrown instanceof errors.E_CANNOT_DELETE_FILE ||
    thrown instanceof errors.E_CANNOT_GET_METADATA
  );
}

/** What a client is told then. */
export function storageFailed(cause: unknown): GatewayError {
  return new GatewayError("storage-failed", "The storage of files failed", {
    cause,
    retryAfterMs,
  });
}
