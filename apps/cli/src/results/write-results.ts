import { rename, rm, stat } from "node:fs/promises";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { type DownloadOptions, download } from "./download.ts";
import { FailureTally } from "./failure-tally.ts";
import { writeLines } from "./forms/write-lines.ts";
import { writeTable } from "./forms/write-table.ts";
import { readAnsweredId } from "./keep-answered.ts";
import { readResultLines } from "./read-result-lines.ts";
import type { ResultForm, ResultOptions } from "./result-options.ts";

/**
 * Writes all results that a batch has so far, answers first. A new file is written completely or
 * not at all; until then a gateway that fails is waited for.
 *
 * @returns why lines have failed.
 */
export async function writeResults(
  gateway: GatewayClient,
  batch: Batch,
  { path, form, answered }: ResultOptions,
  limits?: DownloadOptions,
): Promise<FailureTally> {
  const failures = new FailureTally();
  async function* lines() {
    for (const fileId of [batch.output_file_id, batch.error_file_id]) {
      if (fileId === null) continue;
      const chunks = download(gateway, fileId, limits);
      for await (const line of readResultLines(chunks)) {
        if (fileId === batch.error_file_id) failures.record(line);
        if (!answered?.has(readAnsweredId(line) ?? "")) yield line;
      }
    }
  }
  const isSimple = form === "simple";
  if (path === undefined || answered) {
    await writeLines(lines(), { path, isSimple, isAppended: true });
  } else if (await isSpecial(path)) {
    await writeForm(form, lines(), path);
  } else {
    await replaceFile(path, (unfinished) =>
      writeForm(form, lines(), unfinished),
    );
  }
  return failures;
}

async function writeForm(
  form: ResultForm,
  lines: AsyncIterable<string>,
  path: string,
): Promise<void> {
  switch (form) {
    case "csv":
      return writeTable(lines, { path, delimiter: "," });
    case "tsv":
      return writeTable(lines, { path, delimiter: "\t" });
    case "parquet": {
      const { writeParquet } = await import("./forms/write-parquet.ts");
      return writeParquet(lines, path);
    }
    case "openai":
    case "simple":
      return writeLines(lines, {
        path,
        isSimple: form === "simple",
        isAppended: false,
      });
  }
}

/** Whether a path is something that cannot be replaced, such as `/dev/null` or a pipe. */
async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile();
}

async function replaceFile(
  path: string,
  write: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await write(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
