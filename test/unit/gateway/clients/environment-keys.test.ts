import { loadConfig } from "@openrouter-free-pool/shared/config/load-config";
import { describe, expect, test } from "vitest";
import { ClientDirectory } from "../../../../apps/gateway/src/clients/directory/client-directory.ts";
import { parseClientKeys } from "../../../../apps/gateway/src/clients/keys/environment-keys.ts";
import { gatewayVariables } from "../../../../apps/gateway/src/config.ts";

const nameOf = (list: string, key: string) =>
  new ClientDirectory(parseClientKeys(list.split(","))).findByKey(key)?.name;

describe("client keys", () => {
  test.for([
    ["secret", "secret", "client-1"],
    ["first, second", "second", "client-2"],
    ["alice=a-key, bob=b-key", "b-key", "bob"],
    ["alice=one,alice=two", "two", "alice"],
    ["alice=a=b", "a=b", "alice"],
    ["alice=YWJjZA==", "YWJjZA==", "alice"],
    ["c2VjcmV0LXNlY3JldA==", "c2VjcmV0LXNlY3JldA==", "client-1"],
    ["secret", "Secret", undefined],
    ["secret", "", undefined],
    ["secret", "secre", undefined],
    ["alice=secret", "alice=secret", undefined],
  ] as const)("%s: %s is %s", ([list, key, name]) => {
    expect(nameOf(list, key)).toBe(name);
  });

  test("a name without a key is refused, without showing the list", () => {
    const load = () =>
      loadConfig(gatewayVariables, { GATEWAY_API_KEYS: "ok=secret-a,alice=" });
    expect(load).toThrow(/GATEWAY_API_KEYS.*secret.*entry 2: a key is/);
    expect(load).not.toThrow(/secret-a|alice/);
  });

  test("one key cannot belong to two clients", () => {
    expect(() => parseClientKeys(["a=same", "b=same"])).toThrow(
      "entry 2: this key was given before with another name",
    );
  });

  test("none are needed", () => {
    expect(loadConfig(gatewayVariables, {}).GATEWAY_API_KEYS).toEqual([]);
  });
});
