import { readEventModel } from "../../answer/answer-model.ts";
import {
  choicesOf,
  type EventObject,
  memberOf,
} from "../../answer/event-text.ts";

/** Events of /responses that only announce later ones. */
const announcements =
  /^response\.(created|queued|in_progress|output_item\.added|content_part\.added|reasoning_summary_part\.added|.*_call\.(in_progress|searching|interpreting|generating))$/;
/** Members of a delta that say what it belongs to, and are not content. */
const labels = new Set(["role", "index", "id", "type", "name"]);

/** Finds the first event of a stream that carries content, in whichever endpoint's form. */
export class StreamContent {
  #hasFinish = false;
  #hasUsage = false;
  #model: string | undefined;

  /** The model that the events name. */
  get model(): string | undefined {
    return this.#model;
  }

  /**
   * Whether the stream has content as of this event, or has ended properly without any: with a
   * finish reason, then token usage or the end mark.
   */
  accepts(data: string, event: EventObject | undefined): boolean {
    if (data.trim() === "[DONE]") return this.#hasFinish;
    if (!event) return false;
    this.#model ??= readEventModel(event);
    const type = typeof event.type === "string" ? event.type : "";
    if (type.startsWith("response.")) return this.#acceptsResponse(type, event);
    if (type === "message_stop") return this.#hasFinish;
    if (hasContent(event, type)) return true;
    this.#hasFinish ||= findFinishReason(event) !== undefined;
    this.#hasUsage ||= type !== "message_start" && isFilled(event.usage);
    return this.#hasFinish && this.#hasUsage;
  }

  #acceptsResponse(type: string, event: EventObject): boolean {
    if (announcements.test(type)) return false;
    if (type.endsWith(".delta")) return isFilled(event.delta);
    return true;
  }
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

function findFinishReason(event: EventObject): unknown {
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

function isFilled(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value))
    return value.length > 0;
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false;
}
