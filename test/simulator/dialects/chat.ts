import {
  buildUsage,
  type Dialect,
  DONE,
  type EmbeddedError,
  frame,
  type ModelAnswer,
  nameFinishReason,
  type StreamFrame,
  splitArguments,
  type ToolCall,
} from "./dialect.ts";

function buildMessage(answer: ModelAnswer): Record<string, unknown> {
  const { toolCall } = answer;
  const message = { role: "assistant", refusal: null, reasoning: null };
  if (toolCall === null) return { ...message, content: answer.content };
  return { ...message, content: null, tool_calls: [buildToolCall(toolCall)] };
}

function buildToolCall(call: ToolCall): Record<string, unknown> {
  const { id, name } = call;
  const definition = { name, arguments: call.arguments };
  return { index: 0, id, type: "function", function: definition };
}

function buildBody(answer: ModelAnswer): Record<string, unknown> {
  const reason = nameFinishReason(answer);
  return {
    id: answer.id,
    provider: answer.provider,
    model: answer.model,
    object: "chat.completion",
    created: answer.created,
    system_fingerprint: null,
    choices: [
      {
        logprobs: null,
        finish_reason: reason,
        native_finish_reason: reason,
        index: 0,
        message: buildMessage(answer),
      },
    ],
    usage: buildUsage(answer),
  };
}

function buildChunk(
  answer: ModelAnswer,
  delta: Record<string, unknown>,
  reason: string | null = null,
): Record<string, unknown> {
  return {
    id: answer.id,
    provider: answer.provider,
    model: answer.model,
    object: "chat.completion.chunk",
    created: answer.created,
    choices: [
      {
        index: 0,
        delta,
        finish_reason: reason,
        native_finish_reason: reason,
        logprobs: null,
      },
    ],
  };
}

function* streamToolCall(
  answer: ModelAnswer,
  toolCall: ToolCall,
): Iterable<StreamFrame> {
  const opening = { ...toolCall, arguments: "" };
  yield frame(
    buildChunk(answer, {
      role: "assistant",
      content: null,
      tool_calls: [buildToolCall(opening)],
    }),
  );
  for (const part of splitArguments(toolCall)) {
    const calls = [{ index: 0, function: { arguments: part } }];
    yield frame(buildChunk(answer, { tool_calls: calls }), true);
  }
}

function* streamText(answer: ModelAnswer): Iterable<StreamFrame> {
  yield frame(buildChunk(answer, { role: "assistant", content: "" }));
  for (const content of answer.pieces) {
    yield frame(buildChunk(answer, { role: "assistant", content }), true);
  }
}

function* streamFrames(answer: ModelAnswer): Iterable<StreamFrame> {
  const { toolCall } = answer;
  if (toolCall === null) yield* streamText(answer);
  else yield* streamToolCall(answer, toolCall);
  const reason = nameFinishReason(answer);
  const last = { role: "assistant", content: "" };
  yield frame(buildChunk(answer, last, reason));
  yield frame({ ...buildChunk(answer, last), usage: buildUsage(answer) });
  yield DONE;
}

function buildErrorFrame(answer: ModelAnswer, error: EmbeddedError): string {
  const { id, provider, model, created } = answer;
  const choice = { index: 0, delta: { content: "" }, finish_reason: "error" };
  return frame({
    id,
    object: "chat.completion.chunk",
    created,
    model,
    provider,
    error,
    choices: [choice],
  }).text;
}

/** `POST /chat/completions`. */
export const chat: Dialect = { buildBody, streamFrames, buildErrorFrame };
