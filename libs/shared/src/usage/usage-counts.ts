/** The counts of a client's use of a model on a day. */
const usageFields = [
  /** Calls of OpenRouter. Workers count them, and their tokens. */
  "calls",
  "promptTokens",
  "completionTokens",
  /** Requests and lines of batches that were answered, and those that were not. Gateways count them. */
  "answers",
  "errors",
  /** The requests whose wait is known, and the sum of their waits, in ms. */
  "waits",
  "waitMs",
] as const;

/** See {@link usageFields}. */
export type UsageField = (typeof usageFields)[number];

/** Counts by field; one that is absent is 0. */
export type UsageCounts = Readonly<Partial<Record<UsageField, number>>>;

/** A day's counts are divided among so many hashes, so that none is huge, and not each client has one. */
export const usageShards = 16;

/** In each hash, models beyond this number share the name `other`. */
export const mostUsedModels = 200;
/** See {@link mostUsedModels}. */
export const otherModels = "other";

/** The UTC day of a time (ms since the epoch), `YYYY-MM-DD`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The shard of a day's counts that has a client's. */
export function shardOf(client: string): number {
  let sum = 0;
  for (let at = 0; at < client.length; at += 1) {
    sum = (sum * 31 + client.charCodeAt(at)) % 1_000_003;
  }
  return sum % usageShards;
}

/** A field of a hash. Clients' ids have no blanks; the id is empty without client keys. */
export function usageField(
  field: UsageField,
  client: string,
  model: string,
): string {
  return `${field} ${client} ${model}`;
}

/** The reverse of {@link usageField}; undefined for a field of another version. */
export function readUsageField(
  text: string,
): { field: UsageField; client: string; model: string } | undefined {
  const [, name, client, model] = /^(\w+) (\S*) (.*)$/s.exec(text) ?? [];
  const field = usageFields.find((each) => each === name);
  if (!field || client === undefined || model === undefined) return undefined;
  return { field, client, model };
}
