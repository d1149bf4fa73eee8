import {
  byteSize,
  wholeNumber,
} from "@openrouter-free-pool/shared/config/variables";

/** Bounds of batches, as they are read from the environment. */
export const batchVariables = {
  /** Requests in one file. */
  BATCH_MAX_LINES: wholeNumber(1, 100_000_000).default(1_000_000),
  /**
   * Tries in a row without progress, with growing pauses of 1 s to 60 s, after which a batch ends
   * as failed. Outages of Redis and the storage are not counted.
   */
  BATCH_MAX_TRIES: wholeNumber(1, 1_000).default(10),
  /** Lines that one gateway has under way at a time, over all batches that it leads */
  BATCH_MAX_OUTSTANDING: wholeNumber(1, 1_000_000).default(5_000),
  /** and the size of their bodies together. It bounds memory, here and in Redis. */
  BATCH_MAX_OUTSTANDING_BYTES: byteSize().default(64 * 1024 ** 2),
} as const;
