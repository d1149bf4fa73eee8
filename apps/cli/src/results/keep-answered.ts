import { createWriteStream } from "node:fs";
import { open, rename } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readResultLines } from "./read-result-lines.ts";

/**
 * Finds the ids that have an answer in a file of results, and removes everything else (failures, an
 * incomplete line) from it.
 */
export async function keepAnswered(path: string): Promise<Set<string>> {
  const answered = new Set<string>();
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!handle) return answered;

  const kept = `${path}.tmp`;
  async function* answeredLines() {
    for await (const line of readResultLines(
      handle?.createReadStream() ?? [],
    )) {
      const id = readAnsweredId(line);
      if (id === undefined || answered.has(id)) continue;
      answered.add(id);
      yield `${line}\n`;
    }
  }
  await pipeline(Readable.from(answeredLines()), createWriteStream(kept));
  await rename(kept, path);
  return answered;
}

/** The id of a line with an answer, in either form; undefined for other lines. */
export function readAnsweredId(text: string): string | undefined {
  try {
    const line = JSON.parse(text) as {
      custom_id?: string;
      response?: { status_code?: number } | null;
      id?: string;
      content?: unknown;
    };
    if (line.custom_id === undefined) {
      return line.content === undefined ? undefined : line.id;
    }
    const status = line.response?.status_code ?? 0;
    return status >= 200 && status < 300 ? line.custom_id : undefined;
  } catch {
    return undefined;
  }
}
