import { expect, it } from "vitest";
import { patchSettings, resolveSettings } from "../../simulator/settings.ts";

it("merges objects, replaces arrays, and leaves the original alone", () => {
  const before = resolveSettings({
    accounts: { a: { keys: ["1", "2"], perMinute: 3 }, b: { keys: ["4"] } },
  });
  const after = patchSettings(before, { accounts: { a: { keys: ["5"] } } });
  expect(after.accounts).toEqual({
    a: { keys: ["5"], perMinute: 3 },
    b: { keys: ["4"] },
  });
  expect(before.accounts.a?.keys).toEqual(["1", "2"]);
});

it("removes what is null; a setting falls back to its default", () => {
  const before = resolveSettings({
    accounts: { a: { keys: [] }, b: { keys: [] } },
    latencyMs: 9,
  });
  const after = patchSettings(before, {
    accounts: { a: null },
    latencyMs: null,
  });
  expect(after.accounts).toEqual({ b: { keys: [] } });
  expect(after.latencyMs).toBe(0);
});

it("replaces a fault as a whole", () => {
  const before = resolveSettings({ fault: { kind: "503", message: "m" } });
  const after = patchSettings(before, { fault: { kind: "500" } });
  expect(after.fault).toEqual({ kind: "500" });
});
