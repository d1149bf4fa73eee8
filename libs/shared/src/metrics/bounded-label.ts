/** What all values share that came after the label was full. */
const other = "other";

/**
 * Keeps a label whose values come from outside from growing without end: the
 * first `most` different values keep their names, all later ones become `other`.
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
