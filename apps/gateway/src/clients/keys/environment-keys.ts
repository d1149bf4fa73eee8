import { digestKey } from "./secret-digest.ts";

/** A key of GATEWAY_API_KEYS. The key itself is not kept. */
export type EnvironmentKey = {
  /** The client's name, for logs and metrics. */
  readonly name: string;
  readonly digest: string;
};

const named = /^([\w.@-]{1,64})=(.*)$/;
// A key without a name may end in `=`; a short text before a `=` is a name without a key.
const paddedBase64 = /^[\w+/-]{16,}={1,2}$/;
// What an HTTP header value may hold, without blanks and our separator.
const keyText = /^[\x21-\x2b\x2d-\x7e]{1,512}$/;

/**
 * Parses `key` or `name=key` entries. A key without a name is named after its position in the list;
 * several keys may have one name.
 *
 * @throws {Error} that names the entry by its position, never by its text.
 */
export function parseClientKeys(
  entries: readonly string[],
): readonly EnvironmentKey[] {
  const keys = new Map<string, EnvironmentKey>();
  for (const [index, entry] of entries.entries()) {
    const text = entry.trim();
    if (text === "") continue;
    const key = parseClientKey(text, index + 1);
    if ((keys.get(key.digest)?.name ?? key.name) !== key.name) {
      throw new Error(
        `entry ${index + 1}: this key was given before with another name`,
      );
    }
    keys.set(key.digest, key);
  }
  return [...keys.values()];
}

function parseClientKey(text: string, place: number): EnvironmentKey {
  const split = paddedBase64.test(text) ? null : named.exec(text);
  const [, name = `client-${place}`, rest = text] = split ?? [];
  const key = rest.trim();
  if (!keyText.test(key)) {
    throw new Error(
      `entry ${place}: a key is 1 to 512 printable characters without blanks`,
    );
  }
  return { name, digest: digestKey(key) };
}
