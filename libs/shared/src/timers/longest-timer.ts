/** What a timer of Node's can hold, in ms: 24.8 days. A longer one ends at once. */
export const longestTimerMs = 2 ** 31 - 1;
