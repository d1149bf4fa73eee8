import { findFinishReason, hasEventContent } from "./event-content.ts";
import { type EventObject, findEventError, parseEvent } from "./event-text.ts";

/** How a stream ended that came to the end of its bytes. */
export type StreamEnding =
  /** With a finish reason or the end mark, or in a way that cannot be told. */
  | "ended"
  /** In the same way, but without any content. */
  | "empty"
  /** With an error. */
  | "failed"
  /** In the midst of its content. */
  | "cut";

/** Whether a model failed at a stream whose beginning it has given. */
export function isFailure(ending: StreamEnding | undefined): boolean {
  return ending === "failed" || ending === "cut";
}

/** Reasons for which an answer is empty by the limits of its request, or by a filter. */
const outsideReasons: ReadonlySet<unknown> = new Set([
  ...["length", "max_tokens", "model_context_window_exceeded"],
  ...["content_filter", "refusal"],
]);

/** Events of /messages and /responses that are the last ones. */
const lastTypes: ReadonlySet<unknown> = new Set([
  ...["message_stop", "response.completed", "response.incomplete"],
  ...["response.cancelled", "response.done"],
]);

/** What the last events say, as far as they have been read. */
type Findings = {
  error: unknown;
  finishReason: unknown;
  hasEnd: boolean;
  hasContent: boolean;
};

/**
 * Works out how a stream ended, from its last events. Where these cannot be read, it ended well.
 *
 * @param tail the last bytes of the stream.
 * @param isWhole whether they are all of it.
 */
export function readStreamEnding(tail: Buffer, isWhole: boolean): StreamEnding {
  const found = readFromEnd(tail.toString(), isWhole);
  const { error, finishReason, hasEnd, hasContent } = found;
  if (error !== undefined) return "failed";
  if (hasContent) return hasEnd ? "ended" : "cut";
  const isEmpty = isWhole && finishReason !== undefined;
  return isEmpty && !outsideReasons.has(finishReason) ? "empty" : "ended";
}

/** Reads back to the last content, and on where nothing behind it has ended the stream. */
function readFromEnd(text: string, isWhole: boolean): Findings {
  const found: Findings = {
    error: undefined,
    finishReason: undefined,
    hasEnd: false,
    hasContent: false,
  };
  for (const data of dataFromEnd(text, isWhole)) {
    if (data === "[DONE]") found.hasEnd = true;
    else addEvent(found, parseEvent(data));
    if (found.hasContent && found.hasEnd) break;
  }
  return found;
}

function addEvent(found: Findings, event: EventObject | undefined): void {
  if (!event) return;
  // A stream goes on after an error that has content behind it.
  if (!found.hasContent) found.error ??= findEventError(event);
  found.finishReason ??= findFinishReason(event);
  found.hasEnd ||=
    found.finishReason !== undefined || lastTypes.has(event.type);
  found.hasContent ||= hasEventContent(event);
}

/** The data of the events, the last one first; every endpoint writes it in one line. */
function* dataFromEnd(text: string, isWhole: boolean): Generator<string, void> {
  let end = text.length;
  while (end > 0) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    // The rest of an event that is longer than what is left of the stream.
    if (start === 0 && !isWhole) return;
    if (text.startsWith("data:", start))
      yield text.slice(start + 5, end).trim();
    end = start - 1;
  }
}
