/** Upper bounds in seconds, from a cached answer to a request that waited for hours. */
export const waitBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
  600, 1_800, 7_200,
];

/** Upper bounds in seconds for a single call. */
export const callBuckets = [
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600,
];
