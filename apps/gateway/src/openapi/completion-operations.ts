import { allDialects } from "../dialects/all-dialects.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { responseHeaders } from "../requests/response-headers.ts";
import { completionParameters } from "./completion-parameters.ts";
import { errorResponses } from "./error-responses.ts";
import type { Operation, Paths, ResponseObject } from "./operation.ts";
import { toSchema } from "./to-schema.ts";

const prefer = {
  name: "Prefer",
  in: "header",
  description:
    "`respond-async`: answered at once with a 202; no stream goes with it",
  schema: { type: "string" },
} as const;
const json = { "application/json": { schema: { type: "object" } } };

/** The endpoints whose requests go through the queue, below `/v1`. */
export const completionPaths: Paths = Object.fromEntries(
  allDialects.map((dialect) => [
    `/v1${dialect.path}`,
    { post: describe(dialect) },
  ]),
);

function describe(dialect: Dialect): Operation {
  return {
    operationId: toOperationId(dialect),
    summary: dialect.summary,
    description:
      "Waits for a free slot, then goes to OpenRouter as it is; the answer, errors included, is OpenRouter's. Fields that are not named here pass unread.",
    tags: ["Completions"],
    parameters: [...completionParameters, prefer],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: toSchema(dialect.schema),
          example: dialect.example,
        },
      },
    },
    responses: {
      200: answer(dialect),
      202: {
        description:
          "With `Prefer: respond-async`: the answer is to be collected at `Location`",
        headers: { Location: { schema: { type: "string" } } },
        content: json,
      },
      ...errorResponses(
        [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503, 504],
        dialect.errorSchema,
      ),
    },
  };
}

function answer({ canStream }: Dialect): ResponseObject {
  const events = { "text/event-stream": { schema: { type: "string" } } };
  return {
    description: canStream
      ? "OpenRouter's answer; with `stream: true` its events, and comments (`: queued position=…`) while the request waits"
      : "OpenRouter's answer",
    headers: responseHeaders,
    content: canStream ? { ...json, ...events } : json,
  };
}

/** `/chat/completions` → `createChatCompletions`. */
function toOperationId({ path }: Dialect): string {
  return `create${path.replace(/\/(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}
