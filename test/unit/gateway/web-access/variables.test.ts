import { loadConfig } from "@openrouter-free-pool/shared/config/load-config";
import { expect, test } from "vitest";
import { z } from "zod";
import { webAccessVariables } from "../../../../apps/gateway/src/web-access/variables.ts";

const load = (environment: Record<string, string>) =>
  loadConfig(z.object(webAccessVariables), environment);

test("nothing is trusted by default", () => {
  expect(load({})).toEqual({
    CORS_ORIGINS: [],
    ALLOWED_HOSTS: [],
    TRUST_PROXY: false,
  });
});

test.for([
  ["true", true],
  ["false", false],
  ["1", 1],
  ["loopback, 10.0.0.0/8, fd00::/8", ["loopback", "10.0.0.0/8", "fd00::/8"]],
] as const)("TRUST_PROXY=%s is what Express takes", ([text, setting]) => {
  expect(load({ TRUST_PROXY: text }).TRUST_PROXY).toEqual(setting);
});

test("origins and hosts are compared in one spelling", () => {
  const { CORS_ORIGINS, ALLOWED_HOSTS } = load({
    CORS_ORIGINS: "https://Chat.Example/, app://notes",
    ALLOWED_HOSTS: "Pool.Example:3000,*.corp.example, [fd00::1]",
  });
  expect(CORS_ORIGINS).toEqual(["https://chat.example", "app://notes"]);
  expect(ALLOWED_HOSTS).toEqual([
    "pool.example",
    "*.corp.example",
    "[fd00::1]",
  ]);
});

test.for([
  ["TRUST_PROXY", "nginx"],
  ["TRUST_PROXY", "10.0.0.0/33"],
  ["TRUST_PROXY", "10.0.0.1,"],
  ["CORS_ORIGINS", "chat.example.com"],
  ["CORS_ORIGINS", "https://chat.example.com/path"],
  ["CORS_ORIGINS", "null"],
  ["ALLOWED_HOSTS", "https://pool.example.com"],
  ["ALLOWED_HOSTS", "pool example"],
] as const)("%s=%s is refused by name", ([name, text]) => {
  expect(() => load({ [name]: text })).toThrow(name);
});
