import { expect, test } from "vitest";
import { OutstandingLines } from "../../../../apps/gateway/src/batches/execution/outstanding-lines.ts";

test("counts the bytes of bodies, not their characters", () => {
  const lines = new OutstandingLines();
  const body = Buffer.from('{"content":"語語語"}');
  lines.add({ line: 1, customId: "a", models: { model: "m" }, body });
  expect(lines.bytes).toBe(23);
  lines.remove(1);
  expect(lines.bytes).toBe(0);
});
