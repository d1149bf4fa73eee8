import { setTimeout as sleep } from "node:timers/promises";
import { batchInput } from "../../../support/clients/batch-input.ts";
import type { Exchange } from "./exchange.ts";
import { chatModels } from "./kinds.ts";
import { uploadFile } from "./send-file.ts";
import type { Tally } from "./tally.ts";

const pollMs = 2_000;
const periodMs = 60_000;
const ended = ["completed", "failed", "expired", "cancelled"];

type Batch = {
  readonly id: string;
  readonly status: string;
  readonly input_file_id: string;
  readonly output_file_id?: string | null;
  readonly error_file_id?: string | null;
  readonly request_counts?: { readonly completed: number };
};

/** Runs one batch a minute until it is told to stop; its files are removed afterwards. */
export async function runBatches(deps: {
  exchange: Exchange;
  headers: Readonly<Record<string, string>>;
  lines: number;
  tally: Tally;
  signal: AbortSignal;
}): Promise<void> {
  const { tally, signal } = deps;
  for (let round = 0; !signal.aborted; round += 1) {
    const startedAt = performance.now();
    tally.sent();
    try {
      const batch = await runBatch(deps, round);
      const completed = batch.request_counts?.completed ?? 0;
      tally.batchLines(completed);
      if (completed === deps.lines) tally.answered();
      else tally.refused("batch", `${batch.status}, some lines failed`);
    } catch (error) {
      tally.refused("batch", error instanceof Error ? error.message : "?");
    }
    const leftMs = periodMs - (performance.now() - startedAt);
    await sleep(Math.max(0, leftMs), undefined, { signal }).catch(() => {});
  }
}

async function runBatch(
  deps: {
    exchange: Exchange;
    headers: Readonly<Record<string, string>>;
    lines: number;
  },
  round: number,
): Promise<Batch> {
  const { exchange, headers, lines } = deps;
  async function ask<Value>(
    path: string,
    body?: Record<string, unknown>,
  ): Promise<Value> {
    // Files and batches are refused at once while Redis is away.
    for (let attempt = 1; ; attempt += 1) {
      const { status, text } = await exchange({
        method: body ? "POST" : "GET",
        path,
        headers: { ...headers, "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (status === 200) return JSON.parse(text) as Value;
      if (status !== 503 || attempt === 10) throw new Error(`${status}`);
      await sleep(pollMs);
    }
  }
  const model = chatModels[round % chatModels.length] ?? "";
  const input = batchInput(lines, { prefix: `batch-${round}`, model });
  const uploaded = await uploadFile(deps, input);
  if (uploaded.status !== 200) throw new Error(`upload ${uploaded.status}`);
  const { id } = JSON.parse(uploaded.text) as { id: string };
  let batch = await ask<Batch>("/v1/batches", {
    input_file_id: id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
  while (!ended.includes(batch.status)) {
    await sleep(pollMs);
    batch = await ask<Batch>(`/v1/batches/${batch.id}`);
  }
  const files = [id, batch.output_file_id, batch.error_file_id];
  for (const file of files) {
    if (!file) continue;
    await exchange({ path: `/v1/files/${file}/content`, headers });
    await exchange({ method: "DELETE", path: `/v1/files/${file}`, headers });
  }
  return batch;
}
