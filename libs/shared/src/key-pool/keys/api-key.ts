import { unquote } from "../../config/list.ts";
import { withoutTextMark } from "../../text/byte-order-mark.ts";
import { toShortDigest } from "../../text/short-digest.ts";

/** An operator's limits for one account, if it has its own. */
type AccountLimits = {
  readonly perMinute?: number;
  readonly perDay?: number;
};

/**
 * An OpenRouter API key as the worker holds it. Only `id`, `mask` and `account`
 * may leave the process.
 */
export type ApiKey = {
  /** First 16 hex digits of the key's SHA-256; identifies the key in Redis and in logs. */
  readonly id: string;
  /** Shown to people, such as `sk-or-v1-abc...xyz`. */
  readonly mask: string;
  /**
   * The account whose budget the key uses; keys of one account share it. The key's id when the
   * entry names none.
   */
  readonly account: string;
  readonly limits: AccountLimits;
  readonly secret: string;
};

const accountName = /^[\w.@-]{1,64}$/;
const keyId = /^[0-9a-f]{16}$/;
const lastSetting = /\s+(\w+)=(\S*)$/;
const largestLimit = 10_000_000;
// What an HTTP header value may hold, without blanks, quotes, brackets and separators.
const keyText = /^[!#-&(-+\--:<-Z^-_a-~]{8,512}$/;

/**
 * Parses `key` or `account=key`, which `perMinute=N` and `perDay=N` may follow. A key
 * without a name is an account of its own.
 *
 * @throws {Error} whose message does not contain the key.
 */
export function parseApiKey(entry: string): ApiKey {
  const { text, limits } = splitLimits(entry.trim());
  const equals = text.startsWith("sk-") ? -1 : text.indexOf("=");
  const secret = text.slice(equals + 1).trim();
  const named = equals < 0 ? undefined : text.slice(0, equals).trim();
  if (named !== undefined && !accountName.test(named)) {
    throw new Error(
      "account names are 1 to 64 letters, digits, dots, dashes, underscores or @",
    );
  }
  // The form of a key's id is reserved for keys without a name.
  if (named !== undefined && keyId.test(named)) {
    throw new Error("an account's name is not 16 hexadecimal digits");
  }
  if (!keyText.test(secret)) {
    throw new Error(
      "a key is 8 to 512 printable characters without blanks, quotes, brackets and separators",
    );
  }
  const id = toShortDigest(secret);
  return { id, mask: maskApiKey(secret), account: named ?? id, limits, secret };
}

/** Cuts the limits off the end of an entry. */
function splitLimits(entry: string): { text: string; limits: AccountLimits } {
  const [setting, name, value = ""] = lastSetting.exec(entry) ?? [];
  if (setting === undefined) return { text: entry, limits: {} };
  // The text is not repeated in the error: it may be a part of a key.
  if (name !== "perMinute" && name !== "perDay") {
    throw new Error("only perMinute=N and perDay=N may follow a key");
  }
  const limit = Number(value);
  if (!/^\d+$/.test(value) || limit < 1 || limit > largestLimit) {
    throw new Error(`${name} is a whole number from 1 to ${largestLimit}`);
  }
  const before = splitLimits(entry.slice(0, -setting.length));
  return { ...before, limits: { ...before.limits, [name]: limit } };
}

/**
 * Parses a list of keys. A key that is given twice counts once.
 *
 * @throws {Error} that names the entry by its position, never by its text.
 */
export function parseApiKeys(
  entries: readonly string[],
  unit = "entry",
): readonly ApiKey[] {
  const keys = new Map<string, ApiKey>();
  for (const [index, entry] of entries.entries()) {
    if (entry.trim() === "") continue;
    try {
      const key = parseApiKey(entry.trim());
      const known = keys.get(key.id);
      if (known && known.account !== key.account) {
        throw new Error("this key was given before with another account");
      }
      keys.set(key.id, key);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${unit} ${index + 1}: ${reason}`);
    }
  }
  return [...keys.values()];
}

/**
 * Parses a file of keys: one a line, `key` or `account=key`; a `#` at the start of a line or after
 * a blank starts a comment.
 *
 * @throws {Error} that names the line by its number, never by its text.
 */
export function parseKeysFile(text: string): readonly ApiKey[] {
  const lines = withoutTextMark(text).split(/\r?\n/);
  return parseApiKeys(
    lines.map((line) =>
      unquote(
        line
          .replace(/(^|\s)#.*$/, "")
          .trim()
          .replace(/[,;]$/, ""),
      ),
    ),
    "line",
  );
}

/**
 * Joins two lists. A key that is in both counts once.
 *
 * @throws {Error} when they assign one key to two accounts.
 */
export function joinApiKeys(
  some: readonly ApiKey[],
  more: readonly ApiKey[],
): readonly ApiKey[] {
  const keys = new Map(some.map((key) => [key.id, key]));
  for (const key of more) {
    const known = keys.get(key.id);
    if (known && known.account !== key.account) {
      throw new Error(`${key.mask} was given before with another account`);
    }
    keys.set(key.id, key);
  }
  return [...keys.values()];
}

/** Shows enough of a key to recognise it, never enough to guess the rest. */
export function maskApiKey(secret: string): string {
  const [head, tail] = secret.startsWith("sk-or-v1-") ? [12, 3] : [3, 3];
  const hidden = secret.length - head - tail;
  return hidden >= 16
    ? `${secret.slice(0, head)}...${secret.slice(-tail)}`
    : `${secret.slice(0, 2)}...`;
}
