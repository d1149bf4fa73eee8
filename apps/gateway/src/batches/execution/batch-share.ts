/** The owners of all open batches of the installation, one entry a batch; undefined without client keys. */
export type BatchOwners = readonly (string | undefined)[];

/**
 * The share of the pool's pace that one batch of an owner gets, 0 to 1: owners by weight, the
 * batches of one owner equally. Batches that wait for their owner's own budget leave their share to
 * others.
 */
export function batchShare(
  owner: string | undefined,
  options: {
    readonly owners: BatchOwners;
    readonly weightOf: (owner: string | undefined) => number;
    readonly isHeld: (owner: string | undefined) => boolean;
  },
): number {
  const { owners, weightOf, isHeld } = options;
  const others = new Set(
    owners.filter((other) => other !== owner && !isHeld(other)),
  );
  const own = weightOf(owner);
  const total = [...others].reduce((sum, other) => sum + weightOf(other), own);
  const batches = owners.filter((other) => other === owner).length;
  return own / total / Math.max(1, batches);
}
