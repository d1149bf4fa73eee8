import { readEventModel } from "../../answer/answer-model.ts";
import {
  findFinishReason,
  hasEventContent,
  isFilled,
} from "../../answer/event-content.ts";
import type { EventObject } from "../../answer/event-text.ts";

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
    if (event.type === "message_stop") return this.#hasFinish;
    if (hasEventContent(event)) return true;
    this.#hasFinish ||= findFinishReason(event) !== undefined;
    this.#hasUsage ||= event.type !== "message_start" && isFilled(event.usage);
    return this.#hasFinish && this.#hasUsage;
  }
}
