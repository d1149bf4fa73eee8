import { memberOf, toList } from "./event-text.ts";

/** The output of a model, in one form for all endpoints. */
export type AnswerOutput = {
  readonly text: string;
  /** Whether it also has content other than text: calls of the client's tools, images, a refusal. */
  readonly hasOther: boolean;
  /** Whether it was cut off at the token limit. */
  readonly isCut: boolean;
};

/** Blocks and items that are not part of the answer itself: reasoning, and tools that the provider runs. */
const ownSteps: ReadonlySet<unknown> = new Set([
  ...["thinking", "redacted_thinking", "reasoning", "compaction"],
  ...["server_tool_use", "web_search_tool_result", "web_fetch_tool_result"],
  ...["code_execution_tool_result", "mcp_tool_use", "mcp_tool_result"],
  ...["web_search_call", "file_search_call", "code_interpreter_call"],
  ...["mcp_list_tools", "mcp_call"],
]);
const texts: ReadonlySet<unknown> = new Set(["text", "output_text"]);
const tooLong: ReadonlySet<unknown> = new Set([
  ...["max_tokens", "model_context_window_exceeded"],
]);

/**
 * Reads the outputs of an answer: one for each choice of a completion, one otherwise.
 *
 * @param path the endpoint, below the base URL.
 */
export function readOutputs(
  answer: unknown,
  path: string,
): readonly AnswerOutput[] {
  switch (path) {
    case "/responses":
      return [readResponse(answer)];
    case "/messages":
      return [
        {
          ...readBlocks(memberOf(answer, "content")),
          isCut: tooLong.has(memberOf(answer, "stop_reason")),
        },
      ];
    default:
      return toList(memberOf(answer, "choices")).map(readChoice);
  }
}

/** Whether an output has content: text that is not blank, or content other than text. */
export function hasContent({ text, hasOther }: AnswerOutput): boolean {
  return hasOther || text.trim() !== "";
}

function readChoice(choice: unknown): AnswerOutput {
  const isCut = memberOf(choice, "finish_reason") === "length";
  const text = memberOf(choice, "text");
  if (typeof text === "string") return { text, hasOther: false, isCut };
  const message = memberOf(choice, "message");
  const { hasOther, ...content } = readBlocks(memberOf(message, "content"));
  const others = ["tool_calls", "function_call", "refusal", "images", "audio"];
  const hasMore = others.some((name) => isFilled(memberOf(message, name)));
  return { ...content, hasOther: hasOther || hasMore, isCut };
}

function readResponse(response: unknown): AnswerOutput {
  const reason = memberOf(memberOf(response, "incomplete_details"), "reason");
  const blocks = toList(memberOf(response, "output")).flatMap((item) =>
    memberOf(item, "type") === "message"
      ? toList(memberOf(item, "content"))
      : [item],
  );
  return { ...readBlocks(blocks), isCut: reason === "max_output_tokens" };
}

/** Reads content that is a text or a list of blocks. */
function readBlocks(content: unknown): Omit<AnswerOutput, "isCut"> {
  if (typeof content === "string") return { text: content, hasOther: false };
  let text = "";
  let hasOther = false;
  for (const block of toList(content)) {
    const type = memberOf(block, "type");
    if (texts.has(type)) text += textOf(memberOf(block, "text"));
    else hasOther ||= !ownSteps.has(type);
  }
  return { text, hasOther };
}

/** `String` throws for an object with a member `toString`. */
function textOf(value: unknown): string {
  return typeof value === "object" && value !== null
    ? JSON.stringify(value)
    : String(value ?? "");
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
