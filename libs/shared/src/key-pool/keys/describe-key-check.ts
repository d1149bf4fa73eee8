import { whyBroken } from "../../api/broken-key.ts";
import type { ProbeResult } from "./probe-results.ts";

/** The facts of a key that a sentence needs. */
type CheckedKey = {
  readonly id: string;
  readonly mask: string;
  /** Present while it is out of use. */
  readonly retired: { readonly reason: string } | undefined;
};

/** A pool may have hundreds of keys; at most so many of a kind are named. */
const mostNamed = 5;
const accepted = 200;

/**
 * Which keys work, according to OpenRouter: `2 of 3 keys work; refused: sk-or-v1-abc...xyz (401)`.
 * Without `showsMasks` only their number: `2 of 3 keys work; 1 refused (401)`.
 */
export function describeKeyCheck(
  keys: readonly CheckedKey[],
  probes: ReadonlyMap<string, ProbeResult>,
  { showsMasks = false } = {},
): string {
  if (keys.length === 0) return "No worker has a key";
  const checked = keys.map(({ id, mask, retired }) => {
    const status = probes.get(id)?.status;
    return {
      mask,
      broken: retired && (whyBroken(retired.reason) ?? retired.reason),
      unproven: status === accepted ? undefined : (status ?? "no answer"),
    };
  });
  const refused = checked.filter(({ broken }) => broken !== undefined);
  const usable = checked.filter(({ broken }) => broken === undefined);
  const unproven = usable.filter((key) => key.unproven !== undefined);
  const working = usable.filter((key) => key.unproven === undefined);
  const total = `${keys.length} ${keys.length === 1 ? "key" : "keys"}`;
  const list = (
    kind: string,
    group: typeof checked,
    why: (key: (typeof checked)[number]) => unknown,
  ) => {
    if (group.length === 0) return [];
    const reasons = [...new Set(group.map(why))].join(", ");
    if (!showsMasks) return [`${group.length} ${kind} (${reasons})`];
    return [`${kind}: ${nameKeys(group, (key) => ` (${why(key)})`)}`];
  };
  const head =
    working.length === 0
      ? unproven.length > 0
        ? `None of ${total} is known to work`
        : `None of ${total} works`
      : `${working.length} of ${total} ${working.length === 1 ? "works" : "work"}`;
  const which =
    showsMasks && working.length > 0 ? `: ${nameKeys(working, () => "")}` : "";
  return [
    head + which,
    ...list("refused", refused, ({ broken }) => broken),
    ...list("not checked", unproven, (key) => key.unproven),
  ].join("; ");
}

function nameKeys<Key extends { mask: string }>(
  keys: readonly Key[],
  suffix: (key: Key) => string,
): string {
  const named = keys.slice(0, mostNamed).map((key) => key.mask + suffix(key));
  const more = keys.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
