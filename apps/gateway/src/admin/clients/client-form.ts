import {
  type ClientChange,
  type ClientSettings,
  clientChangeSchema,
} from "@openrouter-free-pool/shared/api/client-object";
import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";

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

/**
 * Reads a submitted form: the settings that it changes, or what is wrong with them. What the form
 * shows as it was is left out: somebody else may have changed it since the form was opened.
 */
export function readClientForm(
  form: Readonly<Record<string, unknown>>,
): { fields: ClientFields; shown: ClientFields | undefined } & (
  | { change: ClientChange; problem?: undefined }
  | { change?: undefined; problem: string }
) {
  const fields = readFields(form);
  const shown = readShown(form.shown);
  const settings = Object.entries(toSettings(fields)).filter(([name]) => {
    const field = name as keyof ClientFields;
    return fields[field] !== shown?.[field];
  });
  const parsed = clientChangeSchema.safeParse(Object.fromEntries(settings));
  return parsed.success
    ? { fields, shown, change: parsed.data }
    : { fields, shown, problem: listProblems(parsed.error) };
}

function readFields(form: Readonly<Record<string, unknown>>): ClientFields {
  return Object.fromEntries(
    // Browsers end the lines of a text with CRLF.
    names.map((name) => [
      name,
      String(form[name] ?? "")
        .replaceAll("\r\n", "\n")
        .trim(),
    ]),
  ) as ClientFields;
}

/** The fields as the form was opened with them; undefined in the form of a new client. */
function readShown(text: unknown): ClientFields | undefined {
  const shown = parseJson(String(text ?? ""));
  const isFields = typeof shown === "object" && shown !== null;
  return isFields ? readFields(shown as Record<string, unknown>) : undefined;
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
