import { errors } from "flydrive";
import { GatewayError } from "../errors/gateway-error.ts";

const retryAfterMs = 30_000;

/** Whether the storage of files failed: for instance its disk is full, or its server does not answer. */
export function isStorageError(thrown: unknown): boolean {
  return (
    thrown instanceof errors.E_CANNOT_WRITE_FILE ||
    thrown instanceof errors.E_CANNOT_READ_FILE ||
    thrown instanceof errors.E_CANNOT_DELETE_FILE ||
    thrown instanceof errors.E_CANNOT_GET_METADATA
  );
}

/** The error for clients in that case. */
export function storageFailed(cause: unknown): GatewayError {
  return new GatewayError("storage-failed", "The storage of files failed", {
    cause,
    retryAfterMs,
  });
}

const missing: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "NoSuchKey",
  "NotFound",
]);

/**
 * Whether the storage as a whole is away, so that the same step works later. A missing object is no
 * outage: it does not come back.
 */
export function isStorageOutage(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isMissing(thrown)) return false;
  // `syscall` marks an error of the file system, `$metadata` one of the AWS SDK.
  return isStorageError(thrown) || "syscall" in thrown || "$metadata" in thrown;
}

/** Whether a read failed because the object does not exist. */
export function isMissing(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code, name, cause } = thrown as Error & { code?: unknown };
  return missing.has(code) || missing.has(name) || isMissing(cause);
}
