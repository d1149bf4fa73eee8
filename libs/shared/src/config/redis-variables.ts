import { z } from "zod";
import { hostList } from "./host-list.ts";
import type { Requirement } from "./load-config.ts";
import { secretFile, yesOrNo } from "./variables.ts";

/** Variables that say where Redis is. */
export const redisVariables = {
  REDIS_URL: z
    .url({
      protocol: /^(rediss?|unix)$/,
      error: "a URL such as redis://localhost:6379",
    })
    .default("redis://localhost:6379")
    // The password may stand in the URL.
    .meta({ secret: true }),
  /** Sentinels that know the primary, instead of REDIS_URL. */
  REDIS_SENTINELS: hostList({ defaultPort: 26_379 }).optional(),
  /** What Sentinels call the primary. */
  REDIS_SENTINEL_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "letters, digits, dots, dashes and underscores")
    .default("mymaster"),
  /** File that holds the Sentinels' password and nothing else; parsed to the password. */
  REDIS_SENTINEL_PASSWORD_FILE: secretFile().optional(),
  /** The user of the servers that Sentinels name; a URL holds its own. */
  REDIS_USERNAME: z
    .string()
    .regex(/^\S{1,128}$/, "1 to 128 characters without blanks")
    .optional(),
  /** Whether Sentinels and the servers that they name are spoken to by TLS; a URL says it itself. */
  REDIS_TLS: yesOrNo().default(false),
  /** File that holds Redis's password and nothing else; parsed to the password. */
  REDIS_PASSWORD_FILE: secretFile().optional(),
} as const;

const onlyBesideSentinels = [
  "REDIS_SENTINEL_NAME",
  "REDIS_SENTINEL_PASSWORD_FILE",
  "REDIS_USERNAME",
  "REDIS_TLS",
] as const satisfies readonly (keyof typeof redisVariables)[];

/** Redis is at one place. Two would leave open which of them holds the queue. */
export const redisRequirements: readonly Requirement[] = [
  ({ REDIS_URL, REDIS_SENTINELS }) =>
    REDIS_URL === undefined || REDIS_SENTINELS === undefined
      ? undefined
      : "REDIS_URL: stands beside REDIS_SENTINELS, wants to be the only one of the two",
  ...onlyBesideSentinels.map(
    (variable): Requirement =>
      (given) =>
        given[variable] === undefined || given.REDIS_SENTINELS !== undefined
          ? undefined
          : `${variable}: stands alone, wants REDIS_SENTINELS beside it`,
  ),
];
