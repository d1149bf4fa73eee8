import { setTimeout as sleep } from "node:timers/promises";
import type OpenAI from "openai";
import { toFile } from "openai";
import { batchInput, parseOutput } from "../../support/clients/batch-input.ts";

const pollMs = 500;

/** A batch that was executed. */
export type BatchRun = {
  /** From its creation until its end was seen, in ms. */
  readonly tookMs: number;
  readonly status: string;
  /** Ids in the output and the error file, in their order. */
  readonly customIds: readonly string[];
  readonly failed: number;
  /** When it was created, ms since the epoch. */
  readonly startedAt: number;
};

/** Uploads an input, executes it and downloads what came out. */
export async function runBatchToEnd(
  openai: () => OpenAI,
  lines: number,
  name: string,
  onProgress: (batch: OpenAI.Batch) => Promise<void> = async () => {},
): Promise<BatchRun> {
  const input = Buffer.from(batchInput(lines, { prefix: name }));
  const file = await openai().files.create({
    file: await toFile(input, `${name}.jsonl`),
    purpose: "batch",
  });
  const startedAt = Date.now();
  const { id } = await openai().batches.create({
    input_file_id: file.id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
  for (;;) {
    const batch = await openai().batches.retrieve(id);
    if (["completed", "failed", "expired"].includes(batch.status)) {
      const tookMs = Date.now() - startedAt;
      const output = await download(openai(), batch.output_file_id);
      const errors = await download(openai(), batch.error_file_id);
      return {
        tookMs,
        startedAt,
        status: batch.status,
        customIds: [...output, ...errors],
        failed: errors.length,
      };
    }
    await onProgress(batch);
    await sleep(pollMs);
  }
}

async function download(
  openai: OpenAI,
  fileId: string | undefined,
): Promise<string[]> {
  if (!fileId) return [];
  const content = await openai.files.content(fileId);
  return parseOutput(await content.text()).map((line) => line.custom_id);
}
