import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";

const fieldName = /^(data|event|id|retry)?:/;
const longestFieldName = 8;

/** Whether bytes begin like server-sent events, whatever their label says. */
export function looksLikeEvents(bytes: Buffer): boolean {
  return fieldName.test(bytes.toString("latin1", 0, longestFieldName));
}

/** The joined `data` of one event; undefined when it has none (a comment). */
export function readEventData(block: string): string | undefined {
  const lines = block.split(/\r\n|\n|\r/);
  const data = lines.filter((line) => line.startsWith("data:"));
  return data.length === 0
    ? undefined
    : data.map((line) => line.slice(5).replace(/^ /, "")).join("\n");
}

/** The first error that events tell; undefined when there is none. */
export function readEventError(bytes: Buffer): unknown {
  for (const block of bytes.toString().split(/\r?\n\r?\n/)) {
    const data = readEventData(block);
    if (!data?.includes('"error"')) continue;
    const error = findEventError(parseEvent(data));
    if (error !== undefined) return error;
  }
  return undefined;
}

/** One event's data as an object; undefined when it is none. */
export function parseEvent(data: string): EventObject | undefined {
  const parsed = parseJson(data);
  return typeof parsed === "object" && parsed !== null
    ? (parsed as EventObject)
    : undefined;
}

/** The members that an event of any endpoint may have, not checked. */
export type EventObject = Readonly<Record<string, unknown>>;

/** The error that an event tells, in whichever endpoint's form. */
export function findEventError(event: EventObject | undefined): unknown {
  if (!event) return undefined;
  const { error, response, type } = event;
  if (error) return error;
  const failed = memberOf(response, "error");
  if (failed) return failed;
  if (type === "error") return event;
  if (type === "response.failed") return "The response has failed";
  for (const choice of choicesOf(event)) {
    const own = memberOf(choice, "error");
    if (own) return own;
    if (memberOf(choice, "finish_reason") === "error") {
      return "The model ended with an error";
    }
  }
  return undefined;
}

/** The choices of an event; none where there is no list. */
export function choicesOf(event: EventObject): readonly unknown[] {
  return toList(event.choices);
}

/** What may be a list; none where it is not. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A member of what may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
