/** Remembers values by name for a short time; the oldest are forgotten first. */
export class ShortMemory<Value> {
  readonly #rememberedMs: number;
  readonly #most: number;
  /** In the order in which they were remembered. */
  readonly #entries = new Map<string, { value: Value; until: number }>();

  constructor(options: { rememberedMs: number; most: number }) {
    this.#rememberedMs = options.rememberedMs;
    this.#most = options.most;
  }

  remember(name: string, value: Value, now = performance.now()): void {
    // A known name goes to the end.
    this.#entries.delete(name);
    this.#entries.set(name, { value, until: now + this.#rememberedMs });
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
    }
  }

  recall(name: string, now = performance.now()): Value | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.until > now ? entry.value : undefined;
  }
}
