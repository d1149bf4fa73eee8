import type { PriorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { ReplyFigures } from "@openrouter-free-pool/shared/replies/reply";
import type { Response } from "express";

/** What became known of a completion on its way: for logs and metrics. */
export type CompletionNotes = Partial<ReplyFigures> & {
  readonly model?: string;
  readonly isStream?: boolean;
  readonly priority?: PriorityName;
  /** From the request to the first event of its stream, in ms. */
  readonly firstTokenMs?: number;
  /** Our own error, where there is one. */
  readonly error?: string;
};

/** Adds to what is known of the completion that this response answers. */
export function noteCompletion(
  response: Response,
  notes: CompletionNotes,
): void {
  response.locals.completion = { ...notesOf(response), ...notes };
}

/** What is known so far. */
export function notesOf(response: Response): CompletionNotes {
  return (response.locals.completion as CompletionNotes | undefined) ?? {};
}
