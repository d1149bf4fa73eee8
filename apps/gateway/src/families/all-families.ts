import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import type { Family } from "./family.ts";
import { messages } from "./messages.ts";
import { responses } from "./responses.ts";

/** Everything that goes through the queue. */
export const allFamilies: readonly Family[] = [
  chatCompletions,
  completions,
  embeddings,
  responses,
  messages,
];
