import { appVariables } from "@openrouter-free-pool/shared/config/app-variables";
import { splitList } from "@openrouter-free-pool/shared/config/list";
import {
  byteSize,
  httpUrl,
  milliseconds,
  port,
  wholeNumber,
} from "@openrouter-free-pool/shared/config/variables";
import {
  type ApiKey,
  parseApiKeys,
} from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { z } from "zod";

/** Everything a worker reads from the environment. */
export const workerVariables = z.object({
  ...appVariables,
  OPENROUTER_API_KEYS: z
    .string("a comma-separated list of `key` or `account=key`")
    .transform((list, context): readonly ApiKey[] => {
      try {
        const keys = parseApiKeys(splitList(list, { separators: ";" }));
        if (keys.length > 0) return keys;
        context.addIssue("at least one key");
      } catch (error) {
        context.addIssue(
          error instanceof Error ? error.message : String(error),
        );
      }
      return z.NEVER;
    })
    .optional()
    .meta({ secret: true }),
  /** One key a line; read again when it changes. */
  OPENROUTER_API_KEYS_FILE: z.string().optional(),
  OPENROUTER_BASE_URL: httpUrl().default("https://openrouter.ai/api/v1"),
  /** Where /health answers; any free port when the default is taken. */
  WORKER_PORT: port().optional(),
  HOST: z.string().default("127.0.0.1"),
  /** Calls in flight per worker. */
  WORKER_CONCURRENCY: wholeNumber(1, 10_000).default(64),
  /** Longest duration of one call, in ms. */
  UPSTREAM_TIMEOUT_MS: milliseconds(1).default(300_000),
  /** Memory for answers larger than 1 MiB; what finds no room waits for it. */
  ANSWER_MEMORY: byteSize().default(128 * 1024 ** 2),
  /** How long the client of a stream may take nothing before the stream is cut, in ms. */
  STREAM_STALL_MS: milliseconds(1_000).default(120_000),
  /** Calls per request that may fail transiently before its client hears of it. */
  MAX_ATTEMPTS: wholeNumber(1, 100).default(3),
  /** Calls that one request may cost in all, whatever the reasons. */
  MAX_CALLS: wholeNumber(1, 1_000).default(8),
  /** Attribution headers, unless the client sends its own. */
  OPENROUTER_REFERER: z.string().default("http://localhost:3000"),
  OPENROUTER_TITLE: z.string().default("OpenRouter Free Pool"),
  /** How often OpenRouter is asked about each key, in ms. */
  KEY_PROBE_MS: milliseconds(100).default(300_000),
});

/** See {@link workerVariables}. */
export type WorkerConfig = Readonly<z.output<typeof workerVariables>>;
