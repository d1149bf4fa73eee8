import {
  answerChecksForm,
  parseAnswerChecks,
} from "@openrouter-free-pool/shared/api/answer-checks";
import { appVariables } from "@openrouter-free-pool/shared/config/app-variables";
import { splitList } from "@openrouter-free-pool/shared/config/list";
import {
  byteSize,
  httpUrl,
  milliseconds,
  port,
  wholeNumber,
  yesOrNo,
} from "@openrouter-free-pool/shared/config/variables";
import { z } from "zod";
import { backgroundVariables } from "./background/variables.ts";
import { batchVariables } from "./batches/variables.ts";
import { parseClientKeys } from "./clients/keys/environment-keys.ts";
import { uploadVariables } from "./files/upload-variables.ts";
import { modelVariables } from "./models/variables.ts";
import { notificationVariables } from "./notifications/variables.ts";
import { storageVariables } from "./storage/variables.ts";
import { webAccessVariables } from "./web-access/variables.ts";
import { webhookVariables } from "./webhooks/variables.ts";

/** Everything a gateway reads from the environment. It needs no OpenRouter key. */
export const gatewayVariables = z.object({
  ...appVariables,
  PORT: port().default(3000),
  HOST: z.string().default("127.0.0.1"),
  /** The clients' keys: `key` or `name=key`. When empty, everybody who can reach the gateway may call. */
  GATEWAY_API_KEYS: z
    .string()
    .default("")
    .transform((list, context) => {
      try {
        return parseClientKeys(splitList(list));
      } catch (error) {
        context.addIssue((error as Error).message);
        return z.NEVER;
      }
    })
    .meta({ secret: true }),
  ...webAccessVariables,
  ...modelVariables,
  ...notificationVariables,
  /** The workers' file of keys, to which the admin pages may add keys. The gateway does not use them. */
  OPENROUTER_API_KEYS_FILE: z.string().optional(),
  /** Where the list of models comes from. */
  OPENROUTER_BASE_URL: httpUrl().default("https://openrouter.ai/api/v1"),
  /** How long a request may wait in the queue, in ms. */
  MAX_WAIT_MS: milliseconds(1).default(600_000),
  /** Requests that may wait at a time, in the whole pool. */
  MAX_QUEUE_SIZE: wholeNumber(1, 10_000_000).default(100_000),
  /** What plain answers are checked for unless request or batch says otherwise. */
  ANSWER_CHECK: z
    .string()
    .default("none")
    .transform((list, context) => {
      const checks = parseAnswerChecks(list);
      if (checks) return checks;
      context.addIssue(answerChecksForm);
      return z.NEVER;
    }),
  /**
   * How often a waiting stream gets a comment, and a plain request that has begun to get white
   * space the next, in ms.
   */
  STREAM_COMMENT_MS: milliseconds(100).default(15_000),
  /** How long the answer to a request with an Idempotency-Key is kept for repeats, in seconds. */
  IDEMPOTENCY_TTL_SECONDS: wholeNumber(1, 2_592_000).default(3_600),
  /** How long plain answers are reused for equal requests, in seconds; 0: not at all. */
  RESPONSE_CACHE_TTL_SECONDS: wholeNumber(0, 2_000_000).default(0),
  /** All kept answers together, in bytes of Redis's memory. */
  RESPONSE_CACHE_MAX_BYTES: byteSize().default(64 * 1024 * 1024),
  /** Largest answer that is kept, in bytes. */
  RESPONSE_CACHE_MAX_ENTRY_BYTES: byteSize().default(1024 * 1024),
  /** Whether one client's kept answer may be given to another. */
  RESPONSE_CACHE_SHARED: yesOrNo().default(false),
  /** When a waiting plain request of a client on Node.js gets white space, in ms; 0: never. */
  PLAIN_KEEP_ALIVE_MS: milliseconds(0).default(240_000),
  /** How long arrivals are held in memory while Redis is away, in ms; 0: not at all. */
  REDIS_GRACE_MS: milliseconds(0).default(15_000),
  /** Largest request body, in bytes. */
  BODY_LIMIT: byteSize().default(10 * 1024 * 1024),
  /** Request bodies that one gateway holds at a time: those that arrive, and those that Redis does not have yet. In bytes. */
  BODY_BYTES_IN_FLIGHT: byteSize().default(256 * 1024 * 1024),
  /** How long nothing of an unfinished request may arrive before it is refused, in ms. */
  BODY_STALL_MS: milliseconds(100).default(60_000),
  ...storageVariables,
  ...uploadVariables,
  ...batchVariables,
  ...backgroundVariables,
  ...webhookVariables,
  /** How many finished requests stay visible on the queue's page. */
  KEEP_FINISHED_JOBS: wholeNumber(0, 1_000_000).default(1_000),
  /** What they may take of Redis's memory, in bytes, approximately. */
  KEEP_FINISHED_BYTES: byteSize().default(64 * 1024 * 1024),
  /** How many ended requests are remembered for the operators' page, without prompts and answers; 0: none. */
  KEEP_REQUEST_RECORDS: wholeNumber(0, 1_000_000).default(10_000),
  /**
   * How long a stopping gateway still accepts connections while /ready says 503, in ms, so that
   * load balancers that poll /ready turn away first.
   */
  SHUTDOWN_DELAY_MS: milliseconds(0).default(0),
  /** The operator's name; without a password, the sign-in link of the log opens /admin. */
  ADMIN_USERNAME: z.string().default("admin"),
  ADMIN_PASSWORD: z
    .string()
    .min(8, "at least 8 characters")
    .optional()
    .meta({ secret: true }),
});

/** See {@link gatewayVariables}. */
export type GatewayConfig = Readonly<z.output<typeof gatewayVariables>>;
