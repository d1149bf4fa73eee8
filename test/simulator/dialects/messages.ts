import {
  type Dialect,
  type EmbeddedError,
  type ModelAnswer,
  namedFrame,
  type StreamFrame,
  splitArguments,
} from "./dialect.ts";

function nameStopReason(answer: ModelAnswer): string {
  if (answer.toolCall !== null) return "tool_use";
  return answer.isCut ? "max_tokens" : "end_turn";
}

function buildBlock(answer: ModelAnswer): Record<string, unknown> {
  const { toolCall } = answer;
  if (toolCall === null) return { type: "text", text: answer.content };
  const input: unknown = JSON.parse(toolCall.arguments);
  return { type: "tool_use", id: toolCall.id, name: toolCall.name, input };
}

function buildUsage(answer: ModelAnswer): Record<string, unknown> {
  const { promptTokens, completionTokens } = answer;
  return { input_tokens: promptTokens, output_tokens: completionTokens };
}

function buildBody(answer: ModelAnswer): Record<string, unknown> {
  return {
    id: answer.id,
    type: "message",
    role: "assistant",
    model: answer.model,
    content: [buildBlock(answer)],
    stop_reason: nameStopReason(answer),
    stop_sequence: null,
    usage: buildUsage(answer),
  };
}

function buildEmptyBlock(answer: ModelAnswer): Record<string, unknown> {
  const { toolCall } = answer;
  if (toolCall === null) return { type: "text", text: "" };
  return { type: "tool_use", id: toolCall.id, name: toolCall.name, input: {} };
}

function buildDeltas(answer: ModelAnswer): Record<string, unknown>[] {
  const { toolCall } = answer;
  if (toolCall === null) {
    return answer.pieces.map((text) => ({ type: "text_delta", text }));
  }
  return splitArguments(toolCall).map((part) => ({
    type: "input_json_delta",
    partial_json: part,
  }));
}

function* streamFrames(answer: ModelAnswer): Iterable<StreamFrame> {
  const opening = { stop_reason: null, content: [] };
  const message = { ...buildBody(answer), ...opening };
  yield namedFrame({ type: "message_start", message });
  yield namedFrame({
    type: "content_block_start",
    index: 0,
    content_block: buildEmptyBlock(answer),
  });
  for (const delta of buildDeltas(answer)) {
    yield namedFrame({ type: "content_block_delta", index: 0, delta }, true);
  }
  yield namedFrame({ type: "content_block_stop", index: 0 });
  yield namedFrame({
    type: "message_delta",
    delta: { stop_reason: nameStopReason(answer), stop_sequence: null },
    usage: buildUsage(answer),
  });
  yield namedFrame({ type: "message_stop" });
}

function buildErrorFrame(_answer: ModelAnswer, error: EmbeddedError): string {
  const { code, message } = error;
  const type = String(code) === "529" ? "overloaded_error" : "api_error";
  return namedFrame({ type: "error", error: { type, message } }).text;
}

/** `POST /messages`, the Anthropic form. */
export const messages: Dialect = { buildBody, streamFrames, buildErrorFrame };
