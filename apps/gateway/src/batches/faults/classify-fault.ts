import { isRedisOutage } from "@openrouter-free-pool/shared/redis/redis-outage";
import { isMissing, isStorageOutage } from "../../storage/storage-error.ts";

/**
 * Why a step of a batch threw: an outage of Redis or the storage, which passes, or any other fault,
 * which would occur again.
 */
export type FaultKind = "redis-outage" | "storage-outage" | "fault";

/** Classifies an error that a step of a batch threw. */
export function classifyFault(thrown: unknown): FaultKind {
  if (isRedisOutage(thrown)) return "redis-outage";
  return isStorageOutage(thrown) ? "storage-outage" : "fault";
}

/** What clients are told about a fault that ended a batch. The log has the details. */
export function describeFault(thrown: unknown): string {
  if (isMissing(thrown)) {
    return "A part of the batch's files is not in the storage any more.";
  }
  if (classifyFault(thrown) !== "fault") {
    return "The storage of files does not work.";
  }
  const name = thrown instanceof Error ? thrown.name : "Error";
  return `An internal error (${name}); the gateway's log has the details.`;
}
