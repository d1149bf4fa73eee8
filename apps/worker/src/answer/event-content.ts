import { choicesOf, type EventObject, memberOf } from "./event-text.ts";

/** Events of /responses that only announce later ones. */
const announcements =
  /^response\.(created|queued|in_progress|output_item\.added|content_part\.added|reasoning_summary_part\.added|.*_call\.(in_progress|searching|interpreting|generating))$/;
/** Members of a delta that say what it belongs to, and are not content. */
const labels = new Set(["role", "index", "id", "type", "name"]);

/** Whether an event of a stream carries content, in whichever endpoint's form. */
export function hasEventContent(event: EventObject): boolean {
  const type = typeof event.type === "string" ? event.type : "";
  if (!type.startsWith("response.")) return hasContent(event, type);
  if (announcements.test(type)) return false;
  return type.endsWith(".delta") ? isFilled(event.delta) : true;
}

function hasContent(event: EventObject, type: string): boolean {
  if (type === "content_block_delta") return isSaid(event.delta);
  if (type === "content_block_start") {
    const block = event.content_block;
    const kind = memberOf(block, "type");
    // A tool call is content even before its input.
    return kind !== "text" && kind !== "thinking" ? true : isSaid(block);
  }
  return choicesOf(event).some(
    (choice) =>
      isSaid(memberOf(choice, "delta")) ||
      isSaid(memberOf(choice, "message")) ||
      isFilled(memberOf(choice, "text")),
  );
}

/** Why an event says that the model has finished; undefined when it does not, or for an error. */
export function findFinishReason(event: EventObject): unknown {
  const reasons = choicesOf(event).map((choice) =>
    memberOf(choice, "finish_reason"),
  );
  const own = memberOf(event.delta, "stop_reason");
  return [...reasons, own].find(
    (reason) => typeof reason === "string" && reason !== "error",
  );
}

/** Whether any member but the labels has a value. */
function isSaid(delta: unknown): boolean {
  if (typeof delta !== "object" || delta === null) return false;
  return Object.entries(delta).some(
    ([name, value]) => !labels.has(name) && isFilled(value),
  );
}

/** Whether a value says anything: no empty text, list or object, and not false. */
export function isFilled(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value))
    return value.length > 0;
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false;
}
