/**
 * The order in which batches get a place: of each owner one after the other, owners with the fewest
 * batches that have a place first.
 *
 * @param waiting batches without a place, the oldest first.
 * @param placed the owners of the batches that have one; undefined without client keys.
 */
export function takeTurns<
  Batch extends { readonly owner?: string | undefined },
>(
  waiting: readonly Batch[],
  placed: readonly (string | undefined)[],
): readonly Batch[] {
  const counts = new Map<string | undefined, number>();
  const countOne = (owner: string | undefined) => {
    const before = counts.get(owner) ?? 0;
    counts.set(owner, before + 1);
    return before;
  };
  for (const owner of placed) countOne(owner);
  return waiting
    .map((batch) => ({ batch, turn: countOne(batch.owner) }))
    .sort((one, other) => one.turn - other.turn)
    .map(({ batch }) => batch);
}
