/** The value of all further ones when the label is full. */
const other = "other";

/**
 * Bounds the values of a label that come from outside: the first `most` distinct values keep their
 * names, all later ones become `other`.
 */
export function createBoundedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return other;
    known.add(value);
    return value;
  };
}
