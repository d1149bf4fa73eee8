import { toEpochSeconds } from "@openrouter-free-pool/shared/api/epoch-seconds";
import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { errorOf } from "../../dialects/openai-error.ts";
import type { BackgroundOrder } from "../records/background-record.ts";

/** The states of a background response, in OpenAI's words. */
type ResponseStatus =
  | "queued"
  | "in_progress"
  | "completed"
  | "incomplete"
  | "failed"
  | "cancelled";

/** A Response object of OpenAI's API without an answer. */
export function toOpenResponse(
  order: BackgroundOrder,
  status: ResponseStatus,
  error: { code: string; message: string } | null = null,
) {
  return {
    id: order.id,
    object: "response",
    created_at: toEpochSeconds(order.createdAt),
    status,
    background: true,
    error,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: order.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: null,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: null,
    truncation: "disabled",
    usage: null,
  };
}

/** The Response object of an answer: OpenRouter's, under the id that its client knows. */
export function toAnsweredResponse(
  order: BackgroundOrder,
  answer: { status: number; body: Buffer },
) {
  const body = parseJson(answer.body.toString());
  if (answer.status >= 400 || !isObject(body)) {
    const error = toResponseError(answer.status, body);
    return toOpenResponse(order, "failed", error);
  }
  const { id, created_at } = toOpenResponse(order, "completed");
  const status = statusOf(body);
  return { ...body, id, created_at, status, background: true };
}

/** How a response has ended. */
export type ResponseEnd = Exclude<ResponseStatus, "queued" | "in_progress">;

function statusOf({ status }: Record<string, unknown>): ResponseEnd {
  return status === "incomplete" ||
    status === "failed" ||
    status === "cancelled"
    ? status
    : "completed";
}

function toResponseError(status: number, body: unknown) {
  const error = isObject(body) ? errorOf(body) : undefined;
  const { message } = isObject(error) ? error : {};
  return {
    code: status === 429 ? "rate_limit_exceeded" : "server_error",
    message: typeof message === "string" ? message : `Status ${status}`,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How the response of an answer ended. */
export function toEndStatus(answer: {
  status: number;
  body: Buffer;
}): ResponseEnd {
  const body = parseJson(answer.body.toString());
  return answer.status >= 400 || !isObject(body) ? "failed" : statusOf(body);
}
