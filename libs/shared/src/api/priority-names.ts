/** How urgent a client can say that a request is, most urgent first. */
export const priorityNames = ["high", "normal", "low"] as const;

/** See {@link priorityNames}. */
export type PriorityName = (typeof priorityNames)[number];
