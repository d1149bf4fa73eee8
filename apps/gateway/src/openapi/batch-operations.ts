import { batchObjectSchema } from "@openrouter-free-pool/shared/api/batch-object";
import { fileObjectSchema } from "@openrouter-free-pool/shared/api/file-object";
import { listObjectSchema } from "@openrouter-free-pool/shared/api/list-object";
import { newBatchSchema } from "../batches/creation/create-batch.ts";
import { uploadFieldsSchema } from "../files/store-upload.ts";
import { pageQuerySchema } from "../listing/page-query.ts";
import { batchPageSizes } from "../routes/batches.ts";
import { filePageSizes } from "../routes/files.ts";
import { type ErrorStatus, errorResponses } from "./error-responses.ts";
import {
  jsonResponse,
  type Operation,
  type Parameter,
  type Paths,
  pathParameter,
  queryParameters,
} from "./operation.ts";
import { type JsonSchema, toSchema } from "./to-schema.ts";

const fileId = pathParameter("id", "Id of the file");
const batchId = pathParameter("id", "Id of the batch");

/** Files and batches, below `/v1`. */
export const batchPaths: Paths = {
  "/v1/files": {
    post: operation("uploadFile", "Upload the requests of a batch", {
      tag: "Files",
      answer: jsonResponse("The file", toSchema(fileObjectSchema)),
      requestBody: {
        required: true,
        content: { "multipart/form-data": { schema: uploadSchema() } },
      },
      errors: [400, 413, 415, 429, 503],
    }),
    get: operation("listFiles", "List files", {
      tag: "Files",
      answer: jsonResponse(
        "A page",
        toSchema(listObjectSchema(fileObjectSchema)),
      ),
      parameters: [
        ...queryParameters(pageQuerySchema(filePageSizes)),
        {
          name: "purpose",
          in: "query",
          description: "Only files of this purpose",
          schema: { type: "string" },
        },
      ],
      errors: [400],
    }),
  },
  "/v1/files/{id}": {
    get: operation("retrieveFile", "Look at a file", {
      tag: "Files",
      answer: jsonResponse("The file", toSchema(fileObjectSchema)),
      parameters: [fileId],
      errors: [404],
    }),
    delete: operation("deleteFile", "Delete a file", {
      tag: "Files",
      answer: jsonResponse("It is gone", { type: "object" }),
      parameters: [fileId],
      errors: [404, 409],
    }),
  },
  "/v1/files/{id}/content": {
    get: operation("downloadFile", "Download a file", {
      tag: "Files",
      answer: {
        description: "Its bytes",
        content: { "application/octet-stream": { schema: {} } },
      },
      parameters: [fileId],
      errors: [404, 416],
    }),
  },
  "/v1/batches": {
    post: operation("createBatch", "Start a batch", {
      tag: "Batches",
      answer: jsonResponse("The batch", toSchema(batchObjectSchema)),
      requestBody: {
        required: true,
        content: { "application/json": { schema: toSchema(newBatchSchema) } },
      },
      errors: [400, 404, 413, 415],
    }),
    get: operation("listBatches", "List batches", {
      tag: "Batches",
      answer: jsonResponse(
        "A page",
        toSchema(listObjectSchema(batchObjectSchema)),
      ),
      parameters: queryParameters(pageQuerySchema(batchPageSizes)),
      errors: [400],
    }),
  },
  "/v1/batches/{id}": {
    get: operation("retrieveBatch", "Look at a batch", {
      tag: "Batches",
      answer: jsonResponse("The batch", toSchema(batchObjectSchema)),
      parameters: [batchId],
      errors: [404],
    }),
  },
  "/v1/batches/{id}/cancel": {
    post: operation("cancelBatch", "Cancel a batch", {
      tag: "Batches",
      answer: jsonResponse("The batch", toSchema(batchObjectSchema)),
      parameters: [batchId],
      errors: [404, 409],
    }),
  },
  "/v1/batches/{id}/retry": {
    post: operation("retryBatch", "Try the failed lines of a batch again", {
      tag: "Batches",
      answer: jsonResponse("A new batch", toSchema(batchObjectSchema)),
      parameters: [batchId],
      errors: [400, 404, 409, 429],
    }),
  },
};

function operation(
  operationId: string,
  summary: string,
  what: {
    tag: string;
    answer: Operation["responses"][number];
    parameters?: readonly Parameter[];
    requestBody?: object;
    errors: readonly ErrorStatus[];
  },
): Operation {
  const { tag, answer, errors, ...rest } = what;
  const responses = { 200: answer, ...errorResponses([401, ...errors, 503]) };
  return { operationId, summary, tags: [tag], ...rest, responses };
}

/** The form's fields, and the file. */
function uploadSchema(): JsonSchema {
  const { properties, required, ...rest } = toSchema(uploadFieldsSchema) as {
    properties: object;
    required: string[];
  };
  const file = {
    type: "string",
    contentMediaType: "application/jsonl",
    description: "One request a line, in OpenAI's form",
  };
  return {
    ...rest,
    properties: { ...properties, file },
    required: [...required, "file"],
  };
}
