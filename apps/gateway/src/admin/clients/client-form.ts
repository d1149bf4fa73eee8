import {
  type ClientChange,
  type ClientSettings,
  clientChangeSchema,
} from "@openrouter-free-pool/shared/api/client-object";
import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";

/** The contents of a form's fields. */
export type ClientFields = Readonly<Record<keyof ClientSettings, string>>;

const names = [
  "name",
  "weight",
  "perDay",
  "perMinute",
  "maxQueued",
  "maxInFlight",
  "maxPriority",
  "models",
  "expiresAt",
  "disabled",
  "webhookUrl",
] as const satisfies readonly (keyof ClientSettings)[];

/** The fields that a form shows for a client's settings. */
export function toFields(settings: ClientSettings): ClientFields {
  const { models, expiresAt, disabled } = settings;
  const rest = Object.fromEntries(
    names.map((name) => [name, String(settings[name] ?? "")]),
  ) as ClientFields;
  return {
    ...rest,
    models: models?.join("\n") ?? "",
    expiresAt:
      expiresAt === null ? "" : new Date(expiresAt).toISOString().slice(0, 16),
    disabled: disabled ? "yes" : "",
  };
}

/** Reads a submitted form: the settings, or what is wrong with them. */
export function readClientForm(
  form: Readonly<Record<string, unknown>>,
): { fields: ClientFields } & (
  | { change: ClientChange; problem?: undefined }
  | { change?: undefined; problem: string }
) {
  const fields = Object.fromEntries(
    names.map((name) => [name, String(form[name] ?? "").trim()]),
  ) as ClientFields;
  const parsed = clientChangeSchema.safeParse(toSettings(fields));
  return parsed.success
    ? { fields, change: parsed.data }
    : { fields, problem: listProblems(parsed.error) };
}

/** The fields as the API takes them; an empty field is no limit. */
function toSettings(
  fields: ClientFields,
): Record<keyof ClientSettings, unknown> {
  const orNull = (text: string) => (text === "" ? null : text);
  const toNumber = (text: string) => (text === "" ? null : Number(text));
  const models = fields.models.split(/[\s,]+/).filter((glob) => glob !== "");
  return {
    name: fields.name,
    weight: fields.weight === "" ? 1 : Number(fields.weight),
    perDay: toNumber(fields.perDay),
    perMinute: toNumber(fields.perMinute),
    maxQueued: toNumber(fields.maxQueued),
    maxInFlight: toNumber(fields.maxInFlight),
    maxPriority: orNull(fields.maxPriority),
    models: models.length === 0 ? null : models,
    expiresAt: fields.expiresAt === "" ? null : toUtc(fields.expiresAt),
    disabled: fields.disabled !== "",
    webhookUrl: orNull(fields.webhookUrl),
  };
}

/** Browsers omit the seconds when they are 0. */
function toUtc(text: string): string {
  return /T\d\d:\d\d$/.test(text) ? `${text}:00Z` : `${text}Z`;
}
