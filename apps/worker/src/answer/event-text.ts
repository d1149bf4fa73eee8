import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";

const fieldName = /^(data|event|id|retry)?:/;
const longestFieldName = 8;

/** Whether bytes begin like server-sent events, regardless of their media type. */
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

/** The first error among the events; undefined when there is none. */
export function readEventError(bytes: Buffer): unknown {
  for (const block of bytes.toString().split(/\r?\n\r?\n/)) {
    const data = readEventData(block);
    if (!data?.includes('"error"')) continue;
    const error = findEventError(parseEvent(data));
    if (error !== undefined) return error;
  }
  return undefined;
}

/** One event's data as an object; undefined when it is not one. */
export function parseEvent(data: string): EventObject | undefined {
  const parsed = parseJson(data);
  return typeof parsed === "object" && parsed !== null
    ? (parsed as EventObject)
    : undefined;
}

/** The members that an event of any endpoint may have, not checked. */
export type EventObject = Readonly<Record<string, unknown>>;

/** The error that an event reports, in the form of any endpoint. */
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

/** The choices of an event; empty when it has no list of them. */
export function choicesOf(event: EventObject): readonly unknown[] {
  return toList(event.choices);
}

/** The value if it is a list, else an empty list. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A member of a value that may not be an object; undefined then. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
