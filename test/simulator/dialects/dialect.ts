export type ToolCall = { id: string; name: string; arguments: string };

/** What a model said, before it is put in the form of an endpoint. */
export type ModelAnswer = {
  /** `gen-<unix>-<20 chars>`, also the X-Generation-Id. */
  id: string;
  /** Unix seconds. */
  created: number;
  model: string;
  provider: string;
  content: string;
  /** The content of a stream, event by event. */
  pieces: string[];
  /** Whether the content ends at the limit of tokens. */
  isCut: boolean;
  toolCall: ToolCall | null;
  /** What embeddings are made of, one each. */
  inputs: string[];
  wantsBase64: boolean;
  promptTokens: number;
  completionTokens: number;
  /** Dollars. */
  cost: number;
};

/** An error that comes with or after a 200. */
export type EmbeddedError = {
  code: number | string;
  message: string;
  metadata: Record<string, unknown>;
};

/** One `data:` event; `paced` ones are `interChunkMs` apart. */
export type StreamFrame = { text: string; paced: boolean };

/** How one endpoint words its answers. */
export type Dialect = {
  buildBody(answer: ModelAnswer): Record<string, unknown>;
  streamFrames(answer: ModelAnswer): Iterable<StreamFrame>;
  /** The event with which a stream fails. */
  buildErrorFrame(answer: ModelAnswer, error: EmbeddedError): string;
};

/** Frames an event without a name. */
export function frame(data: unknown, paced = false): StreamFrame {
  return { text: `data: ${JSON.stringify(data)}\n\n`, paced };
}

/** Frames an event that is named by its own `type`. */
export function namedFrame(
  data: { type: string } & Record<string, unknown>,
  paced = false,
): StreamFrame {
  const text = `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
  return { text, paced };
}

export const DONE: StreamFrame = { text: "data: [DONE]\n\n", paced: false };

/** The usage object of the OpenAI forms. */
export function buildUsage(answer: ModelAnswer): Record<string, unknown> {
  const { promptTokens, completionTokens, cost } = answer;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    cost,
    is_byok: false,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

/** The finish reason of the OpenAI forms. */
export function nameFinishReason(answer: ModelAnswer): string {
  if (answer.toolCall !== null) return "tool_calls";
  return answer.isCut ? "length" : "stop";
}

/** Halves a tool call's arguments, so that a client has to join them. */
export function splitArguments({ arguments: text }: ToolCall): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
