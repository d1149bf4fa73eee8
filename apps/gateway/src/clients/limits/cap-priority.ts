import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import type { Client } from "../records/client.ts";

/** A request's priority as far as its client may be urgent; a lower number is more urgent. */
export function capPriority(
  client: Client | undefined,
  priority: number,
): number {
  const most = client?.maxPriority;
  return most ? Math.max(priority, priorities[most]) : priority;
}
