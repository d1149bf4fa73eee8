/** One call: whose it was, and the weight of each client that had work; 0 for the others. */
export type Turn = {
  readonly client: number;
  readonly weights: readonly number[];
};

/** The least that any client got beyond its share while it had work. */
export type LeastSurplus = {
  /** In any so many calls in a row. */
  readonly inWindow: number;
  /** Since it began to have work. */
  readonly sinceBegin: number;
};

/** Measures {@link LeastSurplus}. A client's share of a call is its weight against those of all that have work. */
export function leastSurplus(
  turns: readonly Turn[],
  window: number,
): LeastSurplus {
  const clients = turns[0]?.weights.length ?? 0;
  const totals = turns.map(({ weights }) =>
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  let inWindow = 0;
  let sinceBegin = 0;
  for (let client = 0; client < clients; client += 1) {
    /** Surplus after each call since the client has had work. */
    let sums = [0];
    for (const [index, turn] of turns.entries()) {
      const weight = turn.weights[client] ?? 0;
      if (weight === 0) {
        sums = [0];
        continue;
      }
      const got = turn.client === client ? 1 : 0;
      const share = weight / (totals[index] ?? 1);
      const sum = (sums.at(-1) ?? 0) + got - share;
      sums.push(sum);
      sinceBegin = Math.min(sinceBegin, sum);
      const before = sums.at(-1 - window);
      if (before !== undefined) inWindow = Math.min(inWindow, sum - before);
    }
  }
  return { inWindow, sinceBegin };
}
