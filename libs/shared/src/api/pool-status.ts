import { z } from "zod";

/** The states of a key. */
export const keyStates = [
  "available",
  "minute-limited",
  "day-limited",
  "parked",
  "invalid",
  "key-limit",
  "no-credit",
  "taken-out",
  "unknown",
] as const;

/** The use of one limit. */
const useSchema = z.object({
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  resetIn: z
    .int()
    .nullable()
    .meta({ description: "Seconds; null when nothing is used" }),
});

/** One key in `GET /api/v1/keys/status`. */
export const keyStatusSchema = z.object({
  id: z.string(),
  key: z.string().meta({ description: "The mask" }),
  account: z.string(),
  state: z.enum(keyStates),
  available: z.boolean(),
  minute: useSchema,
  day: useSchema.extend({
    elsewhere: z.int().meta({
      description: "The part of `used` that others used of the account",
    }),
  }),
});

/** See {@link keyStatusSchema}. */
export type KeyStatus = Readonly<z.output<typeof keyStatusSchema>>;

/** The answer of `GET /api/v1/keys/status`. */
export const poolStatusSchema = z.object({
  keys: z.array(keyStatusSchema),
  pool: z.object({
    keys: z.int(),
    available: z.int(),
    accounts: z.int(),
    /** Calls that all usable accounts may make in one window. */
    perMinute: z.int(),
    windowMs: z.int(),
    slotsFree: z.int(),
    /** Calls that all usable accounts may make in a day. */
    perDay: z.int(),
    leftToday: z.int(),
  }),
  queue: z.object({
    waiting: z.int(),
    inFlight: z.int(),
    paused: z.boolean().meta({
      description: "Whether an operator has paused it: requests only wait",
    }),
  }),
  workers: z.int(),
});

/** See {@link poolStatusSchema}. */
export type PoolStatus = z.output<typeof poolStatusSchema>;
