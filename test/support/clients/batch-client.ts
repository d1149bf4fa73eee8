import OpenAI, { toFile } from "openai";
import { until } from "../until.ts";
import { type OutputLine, parseOutput } from "./batch-input.ts";

/** What tests do with batches, over the SDK of OpenAI. */
export type BatchClient = {
  readonly openai: OpenAI;
  /** Uploads an input and starts a batch of it. @returns the batch's id. */
  start(
    input: string,
    completionWindow?: string,
    metadata?: Record<string, string>,
  ): Promise<string>;
  untilStatus(
    id: string,
    status: OpenAI.Batch["status"],
    timeoutMs?: number,
  ): Promise<OpenAI.Batch>;
  /** Waits until so many lines have been answered. */
  untilCompleted(id: string, lines: number): Promise<OpenAI.Batch>;
  /** The lines of a result file; none when there is no such file. */
  download(fileId: string | null | undefined): Promise<OutputLine[]>;
};

/** Builds a {@link BatchClient} of a gateway. */
export function batchClient(url: string, apiKey = "unused"): BatchClient {
  const openai = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey,
    maxRetries: 10,
  });
  return {
    openai,
    async start(input, completionWindow = "24h", metadata = {}) {
      const { id } = await openai.files.create({
        file: await toFile(Buffer.from(input), "input.jsonl"),
        purpose: "batch",
      });
      const batch = await openai.batches.create({
        input_file_id: id,
        endpoint: "/v1/chat/completions",
        // The SDK's type knows only what OpenAI allows.
        completion_window: completionWindow as "24h",
        metadata,
      });
      return batch.id;
    },
    untilStatus: (id, status, timeoutMs) =>
      until(
        `the batch is ${status}`,
        async () => {
          const batch = await openai.batches.retrieve(id);
          return batch.status === status ? batch : undefined;
        },
        timeoutMs,
      ),
    untilCompleted: (id, lines) =>
      until(`${lines} lines are answered`, async () => {
        const batch = await openai.batches.retrieve(id);
        const { completed = 0 } = batch.request_counts ?? {};
        return completed >= lines ? batch : undefined;
      }),
    async download(fileId) {
      if (!fileId) return [];
      return parseOutput(await (await openai.files.content(fileId)).text());
    },
  };
}
