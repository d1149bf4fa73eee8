import { z } from "zod";
import { redisVariables } from "./redis-variables.ts";
import { httpUrl, milliseconds, wholeNumber, yesOrNo } from "./variables.ts";

/** Variables that gateway and worker share. */
export const appVariables = {
  ...redisVariables,
  /** Whether a Redis that may evict keys is refused at start; otherwise there is a warning. */
  REDIS_REQUIRE_NOEVICTION: yesOrNo().default(false),
  /** First part of every Redis key, so that several pools can share one Redis; with its braces or without. */
  REDIS_PREFIX: z
    .string()
    .regex(
      /^(\{[\w.-]{1,64}\}|[\w.-]{1,64})$/,
      "letters, digits, dots, dashes and underscores",
    )
    .transform((prefix) => prefix.replace(/^\{|\}$/g, ""))
    .default("orpool"),
  /** Calls an account may make in any window of RATE_LIMIT_WINDOW_MS. */
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000).default(20),
  /** Calls an account may make in a UTC day. */
  RATE_LIMIT_PER_DAY: wholeNumber(1, 10_000_000).default(200),
  /** Length of the "minute", in ms. */
  RATE_LIMIT_WINDOW_MS: milliseconds(100).default(60_000),
  /** Length of the "day", in ms, counted from the epoch; shorter only for tests. */
  RATE_LIMIT_DAY_MS: milliseconds(1_000).default(86_400_000),
  /** Safety margin added to a window, in ms; 1 % of the window, 50 to 1000 ms, when unset. */
  RATE_LIMIT_GUARD_MS: milliseconds(0).optional(),
  /** Whether models that are unknown or gone are refused, and unproven ones called once before many times. */
  MODEL_CHECK: yesOrNo().default(true),
  /** Whether prompts and answers may be shown, and are kept on finished jobs. */
  KEEP_PAYLOADS: yesOrNo().default(false),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
      error: "one of trace, debug, info, warn, error, fatal, silent",
    })
    .default("info"),
  /** Also write logs to this file; it is rotated daily and at 50 MB. */
  LOG_FILE: z.string().optional(),
  /** Where traces are sent by OTLP/HTTP; no tracing when unset. The URL may contain a credential. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl().optional().meta({ secret: true }),
  /** The encoding of traces. */
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(["http/protobuf", "http/json"], {
      error: "http/protobuf or http/json",
    })
    .default("http/protobuf"),
  /** The share of traces that is kept, unless the client decides. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: "a number from 0 to 1" })
    .min(0, "a number from 0 to 1")
    .max(1, "a number from 0 to 1")
    .default(1),
  /** A proxy for outgoing calls of `http:` addresses; the URL may contain a credential. */
  HTTP_PROXY: httpUrl().optional().meta({ secret: true }),
  /** A proxy for outgoing calls of `https:` addresses; HTTP_PROXY when unset. */
  HTTPS_PROXY: httpUrl().optional().meta({ secret: true }),
  /** Hosts that are called without a proxy, comma-separated; `*` for all. */
  NO_PROXY: z.string().optional(),
  /** How long a stopping process waits for its jobs and requests, in ms. */
  SHUTDOWN_GRACE_MS: milliseconds(0).default(25_000),
} as const;
