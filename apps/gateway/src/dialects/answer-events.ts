import { dataEvent } from "./openai-error.ts";

type Fields = Record<string, unknown>;

const done = "data: [DONE]\n\n";

/** Turns a complete chat completion into the events of an equivalent stream. */
export function toChatEvents(body: Fields): string {
  const { usage, ...rest } = body;
  const choices = listOf(body.choices).map(({ message, ...choice }) => ({
    ...choice,
    delta: numberToolCalls(fieldsOf(message)),
  }));
  const chunk = { ...rest, object: "chat.completion.chunk" };
  const last =
    usage === undefined ? "" : dataEvent({ ...chunk, choices: [], usage });
  return dataEvent({ ...chunk, choices }) + last + done;
}

/** Clients join the pieces of a tool call by its index, which a complete answer may lack. */
function numberToolCalls(message: Fields): Fields {
  if (!Array.isArray(message.tool_calls)) return message;
  const calls = listOf(message.tool_calls);
  return {
    ...message,
    tool_calls: calls.map((call, index) => ({ index, ...call })),
  };
}

/** Turns a complete text completion into the events of a stream. */
export function toCompletionEvents(body: Fields): string {
  return dataEvent(body) + done;
}

/** Turns a complete answer of the Responses API into the events of a stream. */
export function toResponseEvents(body: Fields): string {
  const opening = { ...body, status: "in_progress", output: [] };
  const status = typeof body.status === "string" ? body.status : "completed";
  const events = [
    { type: "response.created", response: opening },
    { type: "response.in_progress", response: opening },
    ...listOf(body.output).flatMap(listItemEvents),
    { type: `response.${status}`, response: body },
  ];
  return events
    .map((event, index) => namedEvent({ ...event, sequence_number: index }))
    .join("");
}

type Event = { readonly type: string } & Fields;

function listItemEvents(item: Fields, outputIndex: number): Event[] {
  const place = { item_id: item.id, output_index: outputIndex };
  const isMessage = item.type === "message";
  const isCall = item.type === "function_call";
  const empty = {
    ...item,
    status: "in_progress",
    ...(isMessage ? { content: [] } : {}),
    ...(isCall ? { arguments: "" } : {}),
  };
  const inside = isMessage
    ? listOf(item.content).flatMap((part, index) =>
        listContentEvents(part, { ...place, content_index: index }),
      )
    : isCall
      ? listArgumentEvents(item.arguments, place)
      : [];
  return [
    {
      type: "response.output_item.added",
      output_index: outputIndex,
      item: empty,
    },
    ...inside,
    { type: "response.output_item.done", output_index: outputIndex, item },
  ];
}

function listContentEvents(part: Fields, place: Fields): Event[] {
  const { text } = part;
  const isText = part.type === "output_text" && typeof text === "string";
  const added = isText ? { ...part, text: "" } : part;
  const deltas = isText
    ? [
        { type: "response.output_text.delta", ...place, delta: text },
        { type: "response.output_text.done", ...place, text },
      ]
    : [];
  return [
    { type: "response.content_part.added", ...place, part: added },
    ...deltas,
    { type: "response.content_part.done", ...place, part },
  ];
}

function listArgumentEvents(text: unknown, place: Fields): Event[] {
  const type = "response.function_call_arguments";
  return [
    { type: `${type}.delta`, ...place, delta: text },
    { type: `${type}.done`, ...place, arguments: text },
  ];
}

/** Turns a complete answer of Anthropic's Messages API into the events of a stream. */
export function toMessageEvents(body: Fields): string {
  const { stop_reason, stop_sequence = null, usage = {} } = body;
  const message = { ...body, content: [], stop_reason: null };
  const events = [
    { type: "message_start", message },
    ...listOf(body.content).flatMap(listBlockEvents),
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence },
      usage,
    },
    { type: "message_stop" },
  ];
  return events.map(namedEvent).join("");
}

function listBlockEvents(block: Fields, index: number): Event[] {
  const { empty, delta } = splitBlock(block);
  return [
    { type: "content_block_start", index, content_block: empty },
    ...(delta ? [{ type: "content_block_delta", index, delta }] : []),
    { type: "content_block_stop", index },
  ];
}

function splitBlock(block: Fields): { empty: Fields; delta?: Fields } {
  switch (block.type) {
    case "text":
      return {
        empty: { ...block, text: "" },
        delta: { type: "text_delta", text: block.text },
      };
    case "thinking":
      return {
        empty: { ...block, thinking: "" },
        delta: { type: "thinking_delta", thinking: block.thinking },
      };
    case "tool_use":
      return {
        empty: { ...block, input: {} },
        delta: {
          type: "input_json_delta",
          partial_json: JSON.stringify(block.input ?? {}),
        },
      };
    default:
      return { empty: block };
  }
}

function namedEvent(data: Event): string {
  return `event: ${data.type}\n${dataEvent(data)}`;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
