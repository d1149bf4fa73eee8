import type { z } from "zod";
import { exitCodes } from "../output/exit-codes.ts";
import { say } from "../words/say.ts";
import {
  type Batch,
  type BatchPage,
  batchListSchema,
  batchSchema,
  type Client,
  type ClientList,
  clientListSchema,
  clientSchema,
  type DeliveryList,
  deliveryListSchema,
  fileSchema,
  type IssuedClient,
  issuedClientSchema,
  type Models,
  modelsSchema,
  type Pool,
  poolSchema,
  type Usage,
  usageSchema,
} from "./objects.ts";
import { readRefusal } from "./read-refusal.ts";
import { RequestError } from "./request-error.ts";

/** The gateway, over HTTP. Every method throws {@link RequestError}. */
export type GatewayClient = {
  upload(content: Blob, filename: string): Promise<string>;
  createBatch(options: {
    fileId: string;
    endpoint: string;
    window: string;
    metadata: Readonly<Record<string, string>>;
  }): Promise<Batch>;
  readBatch(id: string, signal?: AbortSignal): Promise<Batch>;
  /** The newest batches, or those before another one. */
  listBatches(limit: number, after?: string): Promise<BatchPage>;
  cancelBatch(id: string): Promise<Batch>;
  /** Starts a new batch of the failed lines of an ended one. */
  retryBatch(id: string): Promise<Batch>;
  /** Whether a file is still there. */
  hasFile(id: string): Promise<boolean>;
  /** Reads a file, from a byte on if the gateway can do so. */
  readContent(
    fileId: string,
    options: { from: number; signal: AbortSignal },
  ): Promise<Content>;
  readPool(signal?: AbortSignal): Promise<Pool>;
  readModels(): Promise<Models>;
  listClients(): Promise<ClientList>;
  createClient(settings: ClientSettings): Promise<IssuedClient>;
  updateClient(id: string, change: ClientSettings): Promise<Client>;
  rotateKey(id: string): Promise<IssuedClient>;
  deleteClient(id: string): Promise<void>;
  listDeliveries(query: URLSearchParams): Promise<DeliveryList>;
  /** Sends an event to its webhook again, now. */
  sendEvent(id: string): Promise<void>;
  readUsage(query: URLSearchParams): Promise<Usage>;
  /** The same as CSV. */
  readUsageCsv(query: URLSearchParams): Promise<string>;
};

/** The content of a file, or the end of it. */
type Content = {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Position of the first byte. */
  readonly start: number;
  /** The same for the same bytes; undefined for results that still grow. */
  readonly version: string | undefined;
};

/** A client's settings, as the API takes them. */
export type ClientSettings = Readonly<Record<string, unknown>>;

/** The operator of the gateway. */
export type OperatorCredentials = {
  readonly username: string;
  readonly password: string;
};

/** Builds {@link GatewayClient} for the gateway at an address such as `http://localhost:3000`. */
export function createGatewayClient(options: {
  url: string;
  apiKey: string | undefined;
  /** Sent instead of the key. */
  operator?: OperatorCredentials | undefined;
}): GatewayClient {
  const { url, apiKey, operator } = options;
  const base = url.replace(/\/+$/, "").replace(/\/v1$/, "");
  const authorization = operator
    ? { authorization: `Basic ${toBasic(operator)}` }
    : apiKey
      ? { authorization: `Bearer ${apiKey}` }
      : {};

  /** A failure that is not the request's fault. */
  const failing = (
    text: "noGateway" | "brokenOff" | "unknownGateway",
    cause: unknown,
  ) =>
    new RequestError(say(`batch.${text}`, { url: base }), {
      exitCode: exitCodes.error,
      isPassing: true,
      cause,
    });

  async function send(
    path: string,
    init: {
      method?: string;
      body?: FormData | string;
      headers?: Readonly<Record<string, string>>;
      signal?: AbortSignal | undefined;
    } = {},
  ): Promise<Response> {
    const isJson = typeof init.body === "string";
    const headers = {
      ...authorization,
      ...(isJson ? { "content-type": "application/json" } : {}),
      ...init.headers,
    };
    const { signal = null } = init;
    const response = await fetch(`${base}${path}`, {
      ...init,
      headers,
      signal,
    }).catch((cause: unknown) => {
      throw failing("noGateway", cause);
    });
    if (response.ok) return response;
    throw await readRefusal(response);
  }

  async function read<Schema extends z.ZodType>(
    schema: Schema,
    ...request: Parameters<typeof send>
  ): Promise<z.output<Schema>> {
    const response = await send(...request);
    const parsed = schema.safeParse(await readJson(response));
    if (parsed.success) return parsed.data;
    throw failing("unknownGateway", parsed.error);
  }

  async function readJson(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch (cause) {
      const isWhole = cause instanceof SyntaxError;
      throw failing(isWhole ? "unknownGateway" : "brokenOff", cause);
    }
  }

  async function* readChunks({ body }: Response) {
    try {
      if (body) yield* body;
    } catch (cause) {
      throw failing("brokenOff", cause);
    }
  }

  return {
    async upload(content, filename) {
      const body = new FormData();
      body.set("purpose", "batch");
      body.set("file", content, filename);
      const file = await read(fileSchema, "/v1/files", {
        method: "POST",
        body,
      });
      return file.id;
    },
    createBatch: ({ fileId, endpoint, window, metadata }) =>
      read(batchSchema, "/v1/batches", {
        method: "POST",
        body: JSON.stringify({
          input_file_id: fileId,
          endpoint,
          completion_window: window,
          metadata,
        }),
      }),
    readBatch: (id, signal) =>
      read(batchSchema, `/v1/batches/${id}`, { signal }),
    listBatches(limit, after) {
      const next = after === undefined ? "" : `&after=${after}`;
      return read(batchListSchema, `/v1/batches?limit=${limit}${next}`);
    },
    cancelBatch: (id) =>
      read(batchSchema, `/v1/batches/${id}/cancel`, { method: "POST" }),
    retryBatch: (id) =>
      read(batchSchema, `/v1/batches/${id}/retry`, { method: "POST" }),
    async hasFile(id) {
      try {
        await send(`/v1/files/${id}`);
        return true;
      } catch (error) {
        if (error instanceof RequestError && error.status === 404) return false;
        throw error;
      }
    },
    async readContent(fileId, { from, signal }) {
      const headers = from > 0 ? { range: `bytes=${from}-` } : {};
      const path = `/v1/files/${fileId}/content`;
      const response = await send(path, { headers, signal });
      return {
        chunks: readChunks(response),
        start: response.status === 206 ? from : 0,
        version: response.headers.get("etag")?.replace(/^W\//, ""),
      };
    },
    readPool: (signal) => read(poolSchema, "/api/v1/keys/status", { signal }),
    readModels: () => read(modelsSchema, "/api/v1/models/status"),
    listClients: () => read(clientListSchema, "/api/v1/clients"),
    createClient: (settings) =>
      read(issuedClientSchema, "/api/v1/clients", {
        method: "POST",
        body: JSON.stringify(settings),
      }),
    updateClient: (id, change) =>
      read(clientSchema, `/api/v1/clients/${encodeURIComponent(id)}`, {
        method: "PATCH",
        body: JSON.stringify(change),
      }),
    rotateKey: (id) =>
      read(
        issuedClientSchema,
        `/api/v1/clients/${encodeURIComponent(id)}/rotate`,
        { method: "POST" },
      ),
    async deleteClient(id) {
      const path = `/api/v1/clients/${encodeURIComponent(id)}`;
      await send(path, { method: "DELETE" });
    },
    listDeliveries: (query) =>
      read(deliveryListSchema, `/api/v1/webhooks?${query}`),
    async sendEvent(id) {
      const path = `/api/v1/webhooks/${encodeURIComponent(id)}/send`;
      await send(path, { method: "POST" });
    },
    readUsage: (query) => read(usageSchema, `/api/v1/usage?${query}`),
    async readUsageCsv(query) {
      const response = await send(`/api/v1/usage?${query}&format=csv`);
      return response.text();
    },
  };
}

function toBasic({ username, password }: OperatorCredentials): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}
