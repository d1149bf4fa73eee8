import {
  type Dialect,
  type EmbeddedError,
  type ModelAnswer,
  namedFrame,
  type StreamFrame,
  splitArguments,
} from "./dialect.ts";

type Fields = Record<string, unknown>;

function buildTextPart(text: string): Fields {
  return { type: "output_text", text, annotations: [] };
}

function buildItem(answer: ModelAnswer, text: string): Fields {
  const { toolCall } = answer;
  if (toolCall !== null) {
    return {
      type: "function_call",
      id: `fc_${answer.id}`,
      call_id: toolCall.id,
      name: toolCall.name,
      arguments: toolCall.arguments,
      status: "completed",
    };
  }
  return {
    type: "message",
    id: `msg_${answer.id}`,
    status: answer.isCut ? "incomplete" : "completed",
    role: "assistant",
    content: [buildTextPart(text)],
  };
}

function buildResponse(
  answer: ModelAnswer,
  status: string,
  output: Fields[],
): Fields {
  return {
    id: answer.id,
    object: "response",
    created_at: answer.created,
    model: answer.model,
    status,
    error: null,
    output,
    usage: {
      input_tokens: answer.promptTokens,
      output_tokens: answer.completionTokens,
      total_tokens: answer.promptTokens + answer.completionTokens,
    },
  };
}

function buildFinal(answer: ModelAnswer, item: Fields): Fields {
  if (!answer.isCut) return buildResponse(answer, "completed", [item]);
  return {
    ...buildResponse(answer, "incomplete", [item]),
    incomplete_details: { reason: "max_output_tokens" },
  };
}

function buildBody(answer: ModelAnswer): Fields {
  const item = buildItem(answer, answer.content);
  return buildFinal(answer, item);
}

function buildEmptyItem(item: Fields): Fields {
  const empty = { ...item, status: "in_progress" };
  return item.type === "message"
    ? { ...empty, content: [] }
    : { ...empty, arguments: "" };
}

type Event = { type: string } & Fields;

function listEvents(answer: ModelAnswer, item: Fields): Event[] {
  const place = { item_id: item.id, output_index: 0 };
  if (answer.toolCall !== null) {
    const type = "response.function_call_arguments.delta";
    const parts = splitArguments(answer.toolCall);
    return [
      ...parts.map((delta) => ({ type, ...place, delta })),
      {
        type: "response.function_call_arguments.done",
        ...place,
        arguments: answer.toolCall.arguments,
      },
    ];
  }
  const inPart = { ...place, content_index: 0 };
  const text = answer.pieces.join("");
  const type = "response.output_text.delta";
  return [
    { type: "response.content_part.added", ...inPart, part: buildTextPart("") },
    ...answer.pieces.map((delta) => ({ type, ...inPart, delta })),
    { type: "response.output_text.done", ...inPart, text },
    {
      type: "response.content_part.done",
      ...inPart,
      part: buildTextPart(text),
    },
  ];
}

function* streamFrames(answer: ModelAnswer): Iterable<StreamFrame> {
  const item = buildItem(answer, answer.pieces.join(""));
  const opening = buildResponse(answer, "in_progress", []);
  const added = { output_index: 0, item: buildEmptyItem(item) };
  const events: Event[] = [
    { type: "response.created", response: opening },
    { type: "response.in_progress", response: opening },
    { type: "response.output_item.added", ...added },
    ...listEvents(answer, item),
    { type: "response.output_item.done", output_index: 0, item },
    {
      type: answer.isCut ? "response.incomplete" : "response.completed",
      response: buildFinal(answer, item),
    },
  ];
  for (const [sequence, event] of events.entries()) {
    const numbered = { ...event, sequence_number: sequence };
    yield namedFrame(numbered, event.type.endsWith(".delta"));
  }
}

function buildErrorFrame(answer: ModelAnswer, error: EmbeddedError): string {
  const { code, message } = error;
  const response = {
    ...buildResponse(answer, "failed", []),
    error: { code: String(code), message },
  };
  return namedFrame({ type: "response.failed", response }).text;
}

/** `POST /responses`. */
export const responses: Dialect = { buildBody, streamFrames, buildErrorFrame };
