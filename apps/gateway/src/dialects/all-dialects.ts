import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import type { Dialect } from "./dialect.ts";
import { embeddings } from "./embeddings.ts";
import { messages } from "./messages.ts";
import { responses } from "./responses.ts";

/** All endpoints whose requests go through the queue. */
export const allDialects: readonly Dialect[] = [
  chatCompletions,
  completions,
  embeddings,
  responses,
  messages,
];
