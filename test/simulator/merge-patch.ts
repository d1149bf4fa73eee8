import type { Fault } from "./faults/faults.ts";
import { isRecord } from "./json.ts";

/** The shape of a JSON merge patch (RFC 7396) for T: arrays and faults are replaced as a whole. */
export type MergePatch<T> = T extends Fault | readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: MergePatch<T[K]> | null }
    : T;

// A merged fault would keep fields of the kind that it replaces.
const REPLACED_WHOLE = "fault";

function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (name === REPLACED_WHOLE) merged[name] = value;
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

/** Returns `target` with the patch merged into it; neither is changed. */
export function applyMergePatch<T extends object>(
  target: T,
  patch: MergePatch<T>,
): Partial<T> {
  return merge(target, patch) as Partial<T>;
}
