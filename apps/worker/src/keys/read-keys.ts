import { readFileSync } from "node:fs";
import {
  ConfigError,
  type Requirement,
} from "@openrouter-free-pool/shared/config/load-config";
import {
  type ApiKey,
  joinApiKeys,
  parseKeysFile,
} from "@openrouter-free-pool/shared/key-pool/keys/api-key";

type KeyVariables = {
  readonly OPENROUTER_API_KEYS?: readonly ApiKey[] | undefined;
  readonly OPENROUTER_API_KEYS_FILE?: string | undefined;
};

/** A worker has a list of keys, or a file of keys that can be used. */
export const requireKeys: Requirement = ({
  OPENROUTER_API_KEYS: list,
  OPENROUTER_API_KEYS_FILE: path,
}) => {
  if (list === undefined && path === undefined) {
    return "OPENROUTER_API_KEYS: got nothing, wants a comma-separated list of `key` or `account=key`, or OPENROUTER_API_KEYS_FILE";
  }
  try {
    if (path !== undefined) readKeysFile(path);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

/**
 * The keys of the environment and those of the file.
 *
 * @throws {ConfigError} when the file cannot be read or parsed, or there is no key at all.
 */
export function readKeys(config: KeyVariables): readonly ApiKey[] {
  const { OPENROUTER_API_KEYS: given = [], OPENROUTER_API_KEYS_FILE: path } =
    config;
  if (path === undefined) return given;
  const inFile = readKeysFile(path);
  try {
    const keys = joinApiKeys(given, inFile);
    if (keys.length > 0) return keys;
    throw new Error("at least one key");
  } catch (error) {
    throw toConfigError(path, error);
  }
}

function readKeysFile(path: string): readonly ApiKey[] {
  try {
    return parseKeysFile(readFileSync(path, "utf8"));
  } catch (error) {
    throw toConfigError(path, error);
  }
}

function toConfigError(path: string, error: unknown): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(
    `OPENROUTER_API_KEYS_FILE: got ${JSON.stringify(path)}, wants a file of keys, one a line: ${reason}`,
  );
}
