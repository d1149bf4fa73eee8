import { wholeNumber } from "@openrouter-free-pool/shared/config/variables";

/** Bounds of background requests, as they are read from the environment. */
export const backgroundVariables = {
  /** How long a background request may wait, and how long its answer is kept afterwards, in seconds. */
  ASYNC_TTL_SECONDS: wholeNumber(1, 30 * 86_400).default(86_400),
  /** Background requests that may be open at a time, in the whole installation */
  ASYNC_MAX_OPEN: wholeNumber(1, 1_000_000).default(2_000),
  /** and for one client. */
  ASYNC_MAX_OPEN_PER_CLIENT: wholeNumber(1, 1_000_000).default(500),
} as const;
