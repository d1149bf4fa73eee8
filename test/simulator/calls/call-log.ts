/** What the simulator saw and answered. Times in epoch milliseconds. */
export type CallRecord = {
  /** Grows with every call and is never used twice. */
  n: number;
  /** When the headers and the body had arrived. */
  at: number;
  method: string;
  /** Below the base path, e.g. `/chat/completions`. */
  path: string;
  key: string | null;
  account: string | null;
  model: string | null;
  stream: boolean;
  /** Null when the connection ended before any headers. */
  status: number | null;
  /** `ok` or the kind of the fault; faults of quotas have the kinds of the injected ones. */
  kind: string;
  generationId: string | null;
  /** Whether the free-model quota applied. */
  free: boolean;
  /** Whether the call spent the account's quota. */
  counted: boolean;
  /** Which true limit refused the call; null for an injected refusal. */
  quotaRefusal: "minute" | "day" | "model" | null;
  /** Dollars; 0 for a call that was refused. */
  cost: number;
  /** What made it cost something. */
  billedFor: string[];
  finishedAt: number | null;
  /** When the client hung up before the end of the answer. */
  abortedAt: number | null;
  bodySha256: string;
  /** Of the bytes of the body sent, up to the end, the drop or the abort. */
  responseSha256: string | null;
  responseBytes: number;
  /** The attribution headers that were present. */
  userHeader: Record<string, string>;
  /** The body's `user`, else its `metadata.marker`. */
  marker: string | null;
  /** The first 200 characters of the last user message. */
  prompt: string | null;
};

export type CallFilter = {
  /** Only calls with a greater `n`. */
  since?: number;
  limit?: number;
  model?: string;
  account?: string;
  key?: string;
  kind?: string;
  path?: string;
  marker?: string;
};

const EXACT_FIELDS = [
  "model",
  "account",
  "key",
  "kind",
  "path",
  "marker",
] as const satisfies (keyof CallFilter & keyof CallRecord)[];

/** Whether a model was to be called, rather than something to be looked up. */
export function isModelCall({ method }: CallRecord): boolean {
  return method !== "GET";
}

/** All calls in order of arrival, in memory. */
export class CallLog {
  #calls: CallRecord[] = [];
  #firstN = 1;
  #inFlight = 0;
  #maxInFlight = 0;

  get nextN(): number {
    return this.#firstN + this.#calls.length;
  }

  get all(): readonly CallRecord[] {
    return this.#calls;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get maxInFlight(): number {
    return this.#maxInFlight;
  }

  begin(call: CallRecord): void {
    this.#calls.push(call);
    this.#inFlight += 1;
    if (this.#inFlight > this.#maxInFlight) this.#maxInFlight = this.#inFlight;
  }

  finish(call: CallRecord): void {
    call.finishedAt = Date.now();
    this.#inFlight -= 1;
  }

  find(n: number): CallRecord | undefined {
    return this.#calls[n - this.#firstN];
  }

  /** Without a `path` only calls of models are selected, not GETs. */
  select(filter: CallFilter): CallRecord[] {
    const { since = 0, limit = Number.POSITIVE_INFINITY } = filter;
    const wanted = EXACT_FIELDS.filter((field) => filter[field] !== undefined);
    const isWanted = (call: CallRecord) =>
      (filter.path !== undefined || isModelCall(call)) &&
      wanted.every((field) => call[field] === filter[field]);
    const selected: CallRecord[] = [];
    const start = Math.max(0, since + 1 - this.#firstN);
    for (let index = start; index < this.#calls.length; index += 1) {
      const call = this.#calls[index];
      if (selected.length >= limit || call === undefined) break;
      if (isWanted(call)) selected.push(call);
    }
    return selected;
  }

  /** Forgets all calls; those in flight stay counted as such. */
  clear(): void {
    this.#firstN = this.nextN;
    this.#calls = [];
    this.#maxInFlight = this.#inFlight;
  }
}
