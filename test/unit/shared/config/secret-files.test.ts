import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gatewayVariables } from "../../../../apps/gateway/src/config.ts";
import { loadConfig } from "../../../../libs/shared/src/config/load-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const load = (given: Record<string, string>) =>
  loadConfig(gatewayVariables, given);

test("secrets come from files, as they are mounted", () => {
  const config = load({
    ADMIN_PASSWORD_FILE: write("password", "correct horse\n"),
    GATEWAY_API_KEYS_FILE: write("keys", "team-a=key-1\nteam-b=key-2\n"),
    S3_SECRET_ACCESS_KEY_FILE: write("s3", "abc"),
  });
  expect(config.ADMIN_PASSWORD).toBe("correct horse");
  expect(config.GATEWAY_API_KEYS).toHaveLength(2);
  expect(config.S3_SECRET_ACCESS_KEY).toBe("abc");
});

test.each([
  ["that is not there", () => join(folder, "none")],
  ["that is a folder", () => folder],
  ["that is empty", () => write("empty", " \n")],
])("a file %s stops the start: nobody gets in without a key", (_, path) => {
  expect(() => load({ GATEWAY_API_KEYS_FILE: path() })).toThrow(
    `GATEWAY_API_KEYS_FILE: got "${path()}", wants a file that can be read`,
  );
});

test("a secret has one place, and its text is never told", () => {
  const file = write("password", "short");
  expect(() =>
    load({ ADMIN_PASSWORD: "correct horse", ADMIN_PASSWORD_FILE: file }),
  ).toThrow("ADMIN_PASSWORD: stands beside ADMIN_PASSWORD_FILE");
  expect(() => load({ ADMIN_PASSWORD_FILE: file })).toThrow(
    /^ADMIN_PASSWORD: got a value that is not shown because it is secret, wants at least 8 characters$/,
  );
});

test("a misspelt name of a file stops the start", () => {
  expect(() => load({ GATEWAY_API_KEY_FILE: "keys" })).toThrow(
    "unknown variable GATEWAY_API_KEY_FILE; did you mean GATEWAY_API_KEYS_FILE?",
  );
});
