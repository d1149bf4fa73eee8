import {
  byteSize,
  wholeNumber,
} from "@openrouter-free-pool/shared/config/variables";

/** Bounds of unfinished uploads, as they are read from the environment. */
export const uploadVariables = {
  /** Unfinished uploads that one gateway accepts at a time, */
  MAX_UPLOADS: wholeNumber(1, 100_000).default(128),
  /** and those of one client (its key, or its address without client keys). */
  MAX_UPLOADS_PER_CLIENT: wholeNumber(1, 100_000).default(32),
  /** Memory that unfinished uploads may hold beyond 256 KiB each, in bytes; one client half of it. */
  UPLOAD_MEMORY: byteSize().default(128 * 1024 ** 2),
} as const;
