/** What the next leader of a batch must know of a line that was put back. */
export type LineRetry = {
  /** Number of the line's latest job, from 1. */
  readonly jobNumber: number;
  /** How many calls of it have failed. */
  readonly tries: number;
};

/** What has changed, by line; undefined for a line that has a result. */
export type RetryChanges = ReadonlyMap<number, LineRetry | undefined>;

/** The changes as `update-batch.lua` reads them; an empty text removes the line. */
export function encodeRetryChanges(changes: RetryChanges): string {
  if (changes.size === 0) return "";
  const texts = [...changes].map(([line, retry]) => [
    line,
    retry ? `${retry.jobNumber}:${retry.tries}` : "",
  ]);
  return JSON.stringify(Object.fromEntries(texts));
}

/** Reads the hash that `update-batch.lua` writes. */
export function decodeRetries(
  fields: Readonly<Record<string, string>>,
): Map<number, LineRetry> {
  return new Map(
    Object.entries(fields).map(([line, text]) => {
      const [jobNumber, tries] = text.split(":").map(Number);
      return [Number(line), { jobNumber: jobNumber ?? 0, tries: tries ?? 0 }];
    }),
  );
}
