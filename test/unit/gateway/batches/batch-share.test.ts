import { expect, test } from "vitest";
import { batchShare } from "../../../../apps/gateway/src/batches/execution/batch-share.ts";

const weights: Record<string, number> = { heavy: 3, light: 1 };
const options = {
  owners: ["heavy", "light", "light", "light"],
  weightOf: (owner: string | undefined) => weights[owner ?? ""] ?? 1,
  isHeld: () => false,
};

test("owners share by weight, however many batches each has", () => {
  expect(batchShare("heavy", options)).toBe(3 / 4);
  expect(batchShare("light", options)).toBeCloseTo(1 / 4 / 3);
});

test("without client keys all batches have the same share", () => {
  const owners = [undefined, undefined];
  expect(batchShare(undefined, { ...options, owners })).toBe(1 / 2);
});

test("an owner whose budget is spent leaves its part to the others, and keeps its own for later", () => {
  const isHeld = (owner: string | undefined) => owner === "heavy";
  expect(batchShare("light", { ...options, isHeld })).toBe(1 / 3);
  expect(batchShare("heavy", { ...options, isHeld })).toBe(3 / 4);
});
