import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import type { Client } from "../records/client.ts";

/** A request's priority, at most its client's highest; a lower number is more urgent. */
export function capPriority(
  client: Client | undefined,
  priority: number,
): number {
  const most = client?.maxPriority;
  return most ? Math.max(priority, priorities[most]) : priority;
}
