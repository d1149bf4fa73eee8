import { readFileSync } from "node:fs";
import { ConfigError } from "@openrouter-free-pool/shared/config/load-config";
import {
  type ApiKey,
  joinApiKeys,
  parseKeysFile,
} from "@openrouter-free-pool/shared/key-pool/api-key";
import type { WorkerConfig } from "../config.ts";

type KeyVariables = Pick<
  WorkerConfig,
  "OPENROUTER_API_KEYS" | "OPENROUTER_API_KEYS_FILE"
>;

/**
 * The keys of the environment and those of the file.
 *
 * @throws {ConfigError} when there is none, or when the file cannot be read or parsed.
 */
export function readKeys(config: KeyVariables): readonly ApiKey[] {
  const { OPENROUTER_API_KEYS: given, OPENROUTER_API_KEYS_FILE: path } = config;
  if (given === undefined && path === undefined) {
    throw new ConfigError(
      "OPENROUTER_API_KEYS: got nothing, wants a comma-separated list of `key` or `account=key`, or OPENROUTER_API_KEYS_FILE",
    );
  }
  if (path === undefined) return given ?? [];
  try {
    const keys = joinApiKeys(
      given ?? [],
      parseKeysFile(readFileSync(path, "utf8")),
    );
    if (keys.length > 0) return keys;
    throw new Error("at least one key");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `OPENROUTER_API_KEYS_FILE: got ${JSON.stringify(path)}, wants a file of keys, one a line: ${reason}`,
    );
  }
}
