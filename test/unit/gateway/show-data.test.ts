import { expect, test } from "vitest";
import { createShowData } from "../../../apps/gateway/src/admin/bull-board/show-data.ts";

const job = {
  model: "m/a:free",
  body: '{"prompt":"swordfish"}',
  ending: { status: 200, answer: "swordfish, too" },
};

test("without KEEP_PAYLOADS neither prompt nor answer is shown, whoever kept them", () => {
  const shown = createShowData(false)(job);
  expect(JSON.stringify(shown)).not.toContain("swordfish");
  expect(shown).toMatchObject({
    model: "m/a:free",
    body: "hidden: 22 characters (KEEP_PAYLOADS=true shows them)",
    ending: { status: 200, answer: expect.stringMatching(/^hidden/) },
  });
  const odd = createShowData(false)({ body: { prompt: "swordfish" } });
  expect(JSON.stringify(odd)).not.toContain("swordfish");
  expect(createShowData(false)({ ending: { status: 200 } })).toEqual({
    ending: { status: 200 },
  });
});

test("with it both are shown", () => {
  expect(createShowData(true)(job)).toMatchObject({
    body: { prompt: "swordfish" },
    ending: { answer: "swordfish, too" },
  });
});
