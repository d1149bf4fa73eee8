import {
  access,
  constants,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname } from "node:path";
import {
  type ApiKey,
  parseApiKey,
  parseKeysFile,
} from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { say } from "../../words/say.ts";

/** A temporary file older than this was left behind by a process that ended while it wrote. */
const staleMs = 30_000;

/** Why a key cannot be added; the message may be shown, and contains no part of the key. */
export class KeyRefusedError extends Error {
  override name = "KeyRefusedError";
}

/** The workers' keys file, as far as a gateway may write it. */
export type KeysFile = {
  /** Whether a key could be added now. */
  isWritable(): Promise<boolean>;
  /**
   * Adds a key at the end of the file, which is replaced atomically.
   *
   * @param entry.account empty: the key is an account of its own.
   * @throws {KeyRefusedError} when it is no key, is in the file already, or another process is
   * writing.
   */
  add(entry: {
    readonly key: string;
    readonly account: string;
  }): Promise<Pick<ApiKey, "id" | "mask" | "account">>;
};

/** Opens {@link KeysFile}; nothing of the file is kept in memory. */
export function openKeysFile(path: string): KeysFile {
  return {
    async isWritable() {
      try {
        const file = await realpath(path);
        await access(file, constants.R_OK | constants.W_OK);
        // The new file is written beside it.
        await access(dirname(file), constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
    async add(entry) {
      const line = toLine(entry);
      const key = parse(line, entry);
      // The target of a link is replaced, not the link.
      const file = await realpath(path);
      await replace(file, (text) => {
        if (parseKeysFile(text).some(({ id }) => id === key.id)) {
          throw new KeyRefusedError(
            say("keys.alreadyThere", { key: key.mask }),
          );
        }
        const isOpen = text !== "" && !text.endsWith("\n");
        return `${text}${isOpen ? "\n" : ""}${line}\n`;
      });
      const { id, mask, account } = key;
      return { id, mask, account };
    },
  };
}

function toLine(entry: { key: string; account: string }): string {
  const [key, account] = [entry.key.trim(), entry.account.trim()];
  return account === "" ? key : `${account}=${key}`;
}

function parse(line: string, entry: { key: string; account: string }): ApiKey {
  if (/[\r\n#]/.test(line)) {
    throw new KeyRefusedError(say("keys.oneLine"));
  }
  const key = parseLine(line);
  // What stands before a `=` could be a part of the key, or the other way round.
  const isAsMeant =
    key.secret === entry.key.trim() &&
    [entry.account.trim(), key.id].includes(key.account);
  if (isAsMeant) return key;
  throw new KeyRefusedError(say("keys.accountNames"));
}

function parseLine(line: string): ApiKey {
  try {
    return parseApiKey(line);
  } catch (error) {
    throw new KeyRefusedError((error as Error).message);
  }
}

/** Replaces a file so that a reader sees the old one or the new one; one writer at a time. */
async function replace(
  file: string,
  change: (text: string) => string,
): Promise<void> {
  const fresh = `${file}.adding`;
  const { mode } = await stat(file);
  const handle = await openAlone(fresh, mode);
  try {
    await handle.writeFile(change(await readFile(file, "utf8")));
    await handle.sync();
    await handle.close();
    await rename(fresh, file);
  } catch (error) {
    await handle.close();
    await rm(fresh, { force: true });
    throw error;
  }
}

async function openAlone(path: string, mode: number) {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > staleMs) await rm(path, { force: true });
  try {
    return await open(path, "wx", mode & 0o777);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new KeyRefusedError(say("keys.somebodyElse"));
  }
}
