/** The priorities that a client can give a request, most urgent first. */
export const priorityNames = ["high", "normal", "low"] as const;

/** See {@link priorityNames}. */
export type PriorityName = (typeof priorityNames)[number];
