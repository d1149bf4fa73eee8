import { timingSafeEqual } from "node:crypto";
import { digestSecret } from "./secret-digest.ts";

/** A key that a client may call with. The key itself is not kept. */
export type ClientKey = {
  /** Whose it is: for logs and metrics. */
  readonly name: string;
  readonly digest: Buffer;
};

const named = /^([\w.@-]{1,64})=(.*)$/;
// A key without a name may end like this; a short one is rather a name without a key.
const paddedBase64 = /^[\w+/-]{16,}={1,2}$/;
// What an HTTP header value may hold, without blanks and our separator.
const keyText = /^[\x21-\x2b\x2d-\x7e]{1,512}$/;

/**
 * Parses `key` or `name=key` entries. A key without a name is called after its place
 * in the list; several keys may have one name.
 *
 * @throws {Error} naming the entry by its place, never by its text.
 */
export function parseClientKeys(
  entries: readonly string[],
): readonly ClientKey[] {
  const keys = new Map<string, ClientKey>();
  for (const [index, entry] of entries.entries()) {
    const text = entry.trim();
    if (text === "") continue;
    const key = parseClientKey(text, index + 1);
    const id = key.digest.toString("hex");
    if ((keys.get(id)?.name ?? key.name) !== key.name) {
      throw new Error(
        `entry ${index + 1}: this key was given before with another name`,
      );
    }
    keys.set(id, key);
  }
  return [...keys.values()];
}

function parseClientKey(text: string, place: number): ClientKey {
  const split = paddedBase64.test(text) ? null : named.exec(text);
  const [, name = `client-${place}`, rest = text] = split ?? [];
  const key = rest.trim();
  if (!keyText.test(key)) {
    throw new Error(
      `entry ${place}: a key is 1 to 512 printable characters without blanks`,
    );
  }
  return { name, digest: digestSecret(key) };
}

/** Whose key this is; takes equally long for any key. */
export function findClient(
  keys: readonly ClientKey[],
  given: string,
): string | undefined {
  const digest = digestSecret(given);
  let client: string | undefined;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) client = key.name;
  }
  return client;
}
