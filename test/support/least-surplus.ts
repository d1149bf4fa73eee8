/** One call: whose it was, and the weight of each client that had work; 0 for the others. */
export type Turn = {
  readonly client: number;
  readonly weights: readonly number[];
};

/**
 * The least that any client got beyond its share in any so many calls in a row through which
 * it had work. Its share of a call is its weight against those of all that had work.
 */
export function leastSurplus(turns: readonly Turn[], window: number): number {
  const clients = turns[0]?.weights.length ?? 0;
  const totals = turns.map(({ weights }) =>
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  let least = Number.POSITIVE_INFINITY;
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
      sums.push((sums.at(-1) ?? 0) + got - share);
      const before = sums.at(-1 - window);
      if (before !== undefined) {
        least = Math.min(least, (sums.at(-1) ?? 0) - before);
      }
    }
  }
  return least;
}
