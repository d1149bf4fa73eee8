import { type PriorityName, priorityNames } from "../api/priority-names.ts";
import { scoresOf } from "./bullmq/scores.ts";

/**
 * BullMQ priorities of the queue: the lowest number is served first, equal
 * numbers in order of arrival.
 *
 * A job that is put back at once goes to the head of its own number. A job that has to be delayed
 * would come back behind the whole backlog, because BullMQ appends jobs that become due. So before
 * the delay it gets the number just ahead of jobs that have not been called yet: it keeps its place
 * in line.
 */
export const priorities = {
  high: 10,
  normal: 20,
  low: 30,
} as const satisfies Record<PriorityName, number>;

export { type PriorityName, priorityNames };

const headStart = 5;

/** The number of a job that was at the head and must return there. */
export function returningPriority(priority: number): number {
  const isReturning = priority % 10 === headStart;
  return isReturning ? priority : Math.max(1, priority - headStart);
}

/** The name of a number, returning or not. */
export function priorityName(priority: number): PriorityName {
  if (priority <= priorities.high) return "high";
  return priority <= priorities.normal ? "normal" : "low";
}

/** The scores of a name's waiting jobs, returning ones included. */
export function scoreRange(name: PriorityName): [min: string, max: string] {
  const last = priorities[name];
  return scoresOf(last - 10 + 1, last);
}
