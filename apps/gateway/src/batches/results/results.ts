import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { Speed } from "@openrouter-free-pool/shared/timers/speed";
import type { FileStore } from "../../files/file-store.ts";
import {
  isSuccess,
  type JournalEntry,
  JournalWriter,
} from "../../journals/journal-writer.ts";
import { readJournal } from "../../journals/read-journal.ts";
import { LineSet } from "../../lines/line-set.ts";
import type { Storage } from "../../storage/open-storage.ts";
import type { BatchChange, BatchRecord } from "../records/batch-record.ts";
import type { BatchStore, UpdateOutcome } from "../records/batch-store.ts";
import type { RetryChanges } from "../records/line-retry.ts";
import { resultFileId, resultFileRecord } from "../records/result-files.ts";

/**
 * The results of a batch while it is executed: which lines have one, and how many there are of each
 * kind. The storage is authoritative; Redis is updated from it.
 */
export class Results {
  readonly #deps: ResultsDeps;
  readonly #journal: JournalWriter;
  readonly #reported: LineSet;
  readonly #failures: Record<string, number> = {};
  #completed = 0;
  #failed = 0;
  #outputBytes = 0;
  #errorBytes = 0;
  readonly #speed = new Speed();
  readonly #filesMade = new Set<string>();
  #isTold = true;

  private constructor(deps: ResultsDeps) {
    this.#deps = deps;
    const { storage, batch, leaseId } = deps;
    this.#journal = new JournalWriter(storage, batch.id, leaseId);
    this.#reported = new LineSet(batch.lastLine);
  }

  /** Starts from the results of earlier leaders. */
  static async load(deps: ResultsDeps): Promise<Results> {
    const results = new Results(deps);
    for await (const entry of readJournal(deps.storage, deps.batch.id)) {
      results.#count(entry.line, entry.code, entry.text.length);
    }
    return results;
  }

  /** Number of lines that have a result. */
  get size(): number {
    return this.#reported.size;
  }

  /** Bytes that wait to be stored. */
  get pendingBytes(): number {
    return this.#journal.pendingBytes;
  }

  has(line: number): boolean {
    return this.#reported.has(line);
  }

  /** Adds the result of a line; a second result for the same line has no effect. */
  add(entry: JournalEntry): void {
    const bytes = Buffer.byteLength(entry.text);
    if (this.#count(entry.line, entry.code, bytes)) this.#journal.add(entry);
  }

  /**
   * Stores what was added, and then updates Redis.
   *
   * @param repliesFrom replies before this one are stored, and not needed any more.
   * @param retries what these replies have changed of the lines that were put back.
   */
  async store(
    repliesFrom: string | undefined,
    retries: RetryChanges,
  ): Promise<UpdateOutcome> {
    if (this.#journal.pendingBytes > 0) {
      await this.#journal.flush();
      this.#isTold = false;
    }
    const isNews = repliesFrom !== undefined || retries.size > 0;
    if (this.#isTold && !isNews) return "done";
    await this.#makeFiles();
    this.#speed.record(performance.now(), this.size);
    const { batches, batch, leaseId } = this.#deps;
    const outcome = await batches.update(batch.id, {
      leaseId,
      ...(repliesFrom === undefined ? {} : { repliesFrom }),
      retries,
      change: this.#describe(),
    });
    if (outcome === "done") this.#isTold = true;
    return outcome;
  }

  /** While a batch runs, its files have the results so far. */
  async #makeFiles(): Promise<void> {
    const { files, batch } = this.#deps;
    for (const [of, count] of [
      ["output", this.#completed],
      ["errors", this.#failed],
    ] as const) {
      if (count === 0 || this.#filesMade.has(of)) continue;
      const content = { kind: "journal", batchId: batch.id, of } as const;
      await files.save(resultFileRecord(batch, of, content));
      this.#filesMade.add(of);
    }
  }

  #count(line: number, code: string, bytes: number): boolean {
    if (!this.#reported.add(line)) return false;
    if (isSuccess(code)) {
      this.#completed += 1;
      this.#outputBytes += bytes + 1;
    } else {
      this.#failed += 1;
      this.#errorBytes += bytes + 1;
      this.#failures[code] = (this.#failures[code] ?? 0) + 1;
    }
    return true;
  }

  #describe(): BatchChange {
    const { id } = this.#deps.batch;
    return {
      completed: this.#completed,
      failed: this.#failed,
      failures: this.#failures,
      outputBytes: this.#outputBytes,
      errorBytes: this.#errorBytes,
      perSecond: this.#speed.perSecond,
      countedAt: this.#deps.clock.now(),
      outputFileId:
        this.#completed > 0 ? resultFileId(id, "output") : undefined,
      errorFileId: this.#failed > 0 ? resultFileId(id, "errors") : undefined,
    };
  }
}

type ResultsDeps = {
  storage: Storage;
  files: FileStore;
  batches: BatchStore;
  clock: RedisClock;
  batch: BatchRecord;
  leaseId: string;
};
