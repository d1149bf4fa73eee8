import { z } from "zod";
import { hostList } from "./host-list.ts";
import type { Requirement } from "./load-config.ts";
import { secretFile, yesOrNo } from "./variables.ts";

/** Variables for the address of Redis. */
export const redisVariables = {
  REDIS_URL: z
    .url({
      protocol: /^(rediss?|unix)$/,
      error: "a URL such as redis://localhost:6379",
    })
    .refine(
      hasDatabaseNumber,
      "the number of a database, such as redis://localhost:6379/2",
    )
    .default("redis://localhost:6379")
    // The URL may contain the password.
    .meta({ secret: true }),
  /** Sentinels that know the primary, instead of REDIS_URL. */
  REDIS_SENTINELS: hostList({ defaultPort: 26_379 }).optional(),
  /** The Sentinels' name for the primary. */
  REDIS_SENTINEL_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "letters, digits, dots, dashes and underscores")
    .default("mymaster"),
  /** File that holds the Sentinels' password and nothing else; parsed to the password. */
  REDIS_SENTINEL_PASSWORD_FILE: secretFile().optional(),
  /** Nodes of a Cluster, which name the others, instead of REDIS_URL. */
  REDIS_CLUSTER: hostList({ defaultPort: 6_379 }).optional(),
  /** The user of the servers that Sentinels or a Cluster name; a URL has its own. */
  REDIS_USERNAME: z
    .string()
    .regex(/^\S{1,128}$/, "1 to 128 characters without blanks")
    .optional(),
  /** Whether Sentinels and servers, or the nodes of a Cluster, use TLS; a URL says it itself. */
  REDIS_TLS: yesOrNo().default(false),
  /** File that holds Redis's password and nothing else; parsed to the password. */
  REDIS_PASSWORD_FILE: secretFile().optional(),
} as const;

/** A database is named by the path, or by `db` behind a `?`, where the path is a socket's. */
function hasDatabaseNumber(given: string): boolean {
  const { protocol, pathname, searchParams } = new URL(given);
  const path = protocol === "unix:" ? "" : pathname;
  const db = searchParams.get("db") ?? "0";
  return /^\/?\d{0,5}$/.test(path) && /^\d{1,5}$/.test(db);
}

type Variable = keyof typeof redisVariables;

const places = [
  "REDIS_URL",
  "REDIS_SENTINELS",
  "REDIS_CLUSTER",
] as const satisfies readonly Variable[];

/** Variables that belong to one kind of address, and to which. */
const onlyBeside = [
  ["REDIS_SENTINEL_NAME", ["REDIS_SENTINELS"]],
  ["REDIS_SENTINEL_PASSWORD_FILE", ["REDIS_SENTINELS"]],
  ["REDIS_USERNAME", ["REDIS_SENTINELS", "REDIS_CLUSTER"]],
  ["REDIS_TLS", ["REDIS_SENTINELS", "REDIS_CLUSTER"]],
] as const satisfies readonly (readonly [Variable, readonly Variable[]])[];

/** Exactly one kind of address is allowed: with several it would be open which one has the queue. */
export const redisRequirements: readonly Requirement[] = [
  (given) => {
    const [first, ...others] = places.filter(
      (place) => given[place] !== undefined,
    );
    return others.length === 0
      ? undefined
      : `${first}: stands beside ${others.join(" and ")}, wants to be the only one of them`;
  },
  ...onlyBeside.map(
    ([variable, besides]): Requirement =>
      (given) =>
        given[variable] === undefined ||
        besides.some((beside) => given[beside] !== undefined)
          ? undefined
          : `${variable}: stands alone, wants ${besides.join(" or ")} beside it`,
  ),
];
