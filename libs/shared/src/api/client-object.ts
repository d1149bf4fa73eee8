import { z } from "zod";
import { priorityNames } from "./priority-names.ts";

/** Maximum number of clients of one pool. */
export const mostClients = 10_000;

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.@-]{0,63}$/,
    "wants 1 to 64 letters, digits and . _ @ -, a letter or a digit first",
  )
  .meta({ description: "For people, logs and metrics; one of a kind" });
const count = z.int().min(1).max(1_000_000_000).nullable();
const modelGlob = z
  .string()
  .regex(
    /^[\w.:/@~*-]{1,256}$/,
    "wants the name of a model; * stands for any characters",
  );
const webhookUrl = z
  .url({ protocol: /^https?$/, error: "wants an http: or https: address" })
  .max(2_048)
  .refine((text) => !/^[a-z]+:\/\/[^/?#]*@/i.test(text), {
    error: "must not hold a user name or a password",
  });

/** The limits of a client, as operators set them. Null: no limit. */
const settings = {
  name,
  weight: z
    .int()
    .min(1)
    .max(100)
    .meta({ description: "Its share of the pool against other clients'" }),
  perDay: count.meta({
    description: "Calls in a UTC day; beyond, its requests wait",
  }),
  perMinute: count.meta({
    description: "Calls in any minute; beyond, its requests wait",
  }),
  maxQueued: count.meta({
    description:
      "Requests that may be open at a time; lines of batches do not count",
  }),
  maxInFlight: count.meta({
    description: "Calls at a time; beyond, its requests wait",
  }),
  maxPriority: z
    .enum(priorityNames)
    .nullable()
    .meta({ description: "More urgent requests are treated like this" }),
  models: z.array(modelGlob).min(1).max(100).nullable().meta({
    description:
      "Models and aliases that it may use, such as `qwen/*`; null: all",
  }),
  expiresAt: z.iso
    .datetime({
      offset: true,
      error: "wants a time such as 2027-01-31T00:00:00Z",
    })
    .nullable()
    .meta({ description: "From then on the key opens nothing" }),
  disabled: z.boolean().meta({ description: "The key opens nothing" }),
  webhookUrl: webhookUrl.nullable().meta({
    description: "Where its events go; null: to WEBHOOK_URL, if there is one",
  }),
};

/** The settings of a client without limits. */
export const unlimited = {
  weight: 1,
  perDay: null,
  perMinute: null,
  maxQueued: null,
  maxInFlight: null,
  maxPriority: null,
  models: null,
  expiresAt: null,
  disabled: false,
  webhookUrl: null,
} as const;

/** See {@link settings}. */
export const clientSettingsSchema = z.object(settings);

/** See {@link settings}. */
export type ClientSettings = Readonly<z.output<typeof clientSettingsSchema>>;

/** A change of some settings. JSON has no undefined: settings that do not change are absent. */
export type ClientChange = {
  readonly [Name in keyof ClientSettings]?: ClientSettings[Name];
};

/** The body of `PATCH /api/v1/clients/{id}`; absent settings stay as they are. */
export const clientChangeSchema = z
  .strictObject(settings)
  .partial()
  .transform((change) => change as ClientChange);

/** The body of `POST /api/v1/clients`; absent settings are unlimited. */
export const newClientSchema = z
  .strictObject(settings)
  .partial()
  .required({ name: true })
  .transform((wanted) => wanted as ClientChange & { readonly name: string });

/** A client as the API shows it, without its key. */
export const clientObjectSchema = z.object({
  id: z.string().meta({ description: "Stays the same when it is renamed" }),
  ...settings,
  name: z.string(),
  source: z.enum(["environment", "run-time"]).meta({
    description:
      "`environment`: from GATEWAY_API_KEYS, and cannot be changed here",
  }),
  state: z.enum(["active", "disabled", "expired"]),
  keyHint: z
    .string()
    .nullable()
    .meta({ description: "How the key ends; the key itself is not kept" }),
  createdAt: z.string().nullable().meta({ description: "ISO 8601, UTC" }),
  updatedAt: z.string().nullable().meta({ description: "ISO 8601, UTC" }),
});

/** See {@link clientObjectSchema}. */
export type ClientObject = z.output<typeof clientObjectSchema>;

/** How much of its limits a client uses now. Without a limit there is no count, except for the day's calls. */
const clientUseSchema = z.object({
  day: z.int().meta({ description: "Calls on this UTC day" }),
  minute: z.int().meta({ description: "Calls in the last minute" }),
  inFlight: z.int().meta({ description: "Calls in flight" }),
  open: z.int().meta({
    description: "Requests that are open, lines of batches aside",
  }),
  waiting: z.int().meta({
    description: "Requests that wait for the client's own budget",
  }),
});

/** See {@link clientUseSchema}. */
export type ClientUse = z.output<typeof clientUseSchema>;

/** A client and its use. */
export const listedClientSchema = clientObjectSchema.extend({
  use: clientUseSchema.nullable().meta({
    description: "Null for a client without a limit",
  }),
});

/** A client with its new key, which is shown this once. */
export const issuedClientSchema = clientObjectSchema.extend({
  key: z.string().meta({ description: "Shown this once" }),
  webhookSecret: z.string().nullable().meta({
    description:
      "Signs the events that go to `webhookUrl`; null where the pool has no WEBHOOK_SECRET",
  }),
});

/** The answer of `GET /api/v1/clients`. */
export const clientListSchema = z.object({
  requiresKey: z.boolean().meta({
    description: "Whether a request without a client key is refused",
  }),
  clients: z.array(listedClientSchema),
});

/** The answer of `DELETE /api/v1/clients/{id}`. */
export const deletedClientSchema = z.object({
  id: z.string(),
  deleted: z.literal(true),
});
