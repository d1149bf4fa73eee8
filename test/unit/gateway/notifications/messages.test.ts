import { expect, test } from "vitest";
import { z } from "zod";
import { findConditions } from "../../../../apps/gateway/src/notifications/find-conditions.ts";
import { toBody } from "../../../../apps/gateway/src/notifications/forms.ts";
import { notificationVariables } from "../../../../apps/gateway/src/notifications/variables.ts";

const variables = z.object(notificationVariables);
const targetsOf = (text: string) =>
  variables.parse({ NOTIFY_URL: text }).NOTIFY_URL;

test("the form is that of the service, or the one that is named", () => {
  const forms = targetsOf(
    "https://hooks.slack.com/services/a/b, https://discord.com/api/webhooks/1/x,https://open.feishu.cn/open-apis/bot/v2/hook/y, slack=https://chat.example.com/hooks/z?a=b,http://10.0.0.1:9/",
  ).map(({ form }) => form);
  expect(forms).toEqual(["slack", "discord", "feishu", "slack", "json"]);
  expect(targetsOf("")).toEqual([]);
});

test.each([
  "hooks.slack.com/secret",
  "teams=https://a.b/secret",
  "ftp://secret",
])("%s is refused without being repeated", (text) => {
  const { error } = variables.safeParse({ NOTIFY_URL: text });
  expect(error?.message).toContain("entry 1: an http or https address");
  expect(error?.message).not.toContain("secret");
});

const condition = {
  kind: "model-gone",
  id: "model-gone a",
  text: "OpenRouter does not serve <!everyone> & @everyone any more.",
} as const;

test("each form is what its service takes, and calls nobody by a name", () => {
  const bodyOf = (form: Parameters<typeof toBody>[0]) =>
    JSON.parse(toBody(form, [condition]));
  expect(bodyOf("slack").text).toContain("&lt;!everyone&gt; &amp; @everyone");
  expect(bodyOf("discord")).toEqual({
    content: expect.stringContaining("@everyone"),
    allowed_mentions: { parse: [] },
  });
  expect(bodyOf("feishu")).toEqual({
    msg_type: "text",
    content: { text: expect.stringContaining("does not serve") },
  });
  expect(bodyOf("json")).toMatchObject({ events: [condition] });
});

test("a message is bounded, whatever happens at a time", () => {
  const many = Array.from({ length: 5_000 }, () => ({
    ...condition,
    text: "x".repeat(400),
  }));
  for (const form of ["slack", "discord", "feishu", "json"] as const) {
    expect(toBody(form, many).length).toBeLessThan(10_000);
  }
  const { text } = JSON.parse(
    toBody(
      "json",
      many.map((one) => ({ ...one, text: "x" })),
    ),
  );
  expect(text).toMatch(/and 4990 more$/);
});

test("what is told names keys by their masks, and nothing when all is well", () => {
  const use = { limit: 20, used: 0, remaining: 20, resetIn: null };
  const key = {
    id: "k",
    key: "sk-or-v1-abc...xyz",
    account: "k",
    state: "available" as const,
    available: true,
    minute: use,
    day: { ...use, elsewhere: 0 },
  };
  const pool = {
    keys: 1,
    available: 1,
    accounts: 1,
    perMinute: 20,
    windowMs: 60_000,
    slotsFree: 20,
    perDay: 200,
    leftToday: 5,
  };
  const queue = { waiting: 0, inFlight: 0, paused: false };
  const well = { keys: [key], pool, queue, workers: 1 };
  const dayEndsAt = Date.UTC(2026, 10, 27);
  const textsOf = (status: typeof well, goneModels: { model: string }[] = []) =>
    findConditions({ status, dayEndsAt, goneModels }).map(({ text }) => text);
  expect(textsOf(well)).toEqual([]);
  const invalid = {
    ...key,
    state: "invalid" as const,
  } as unknown as typeof key;
  expect(
    textsOf(
      {
        ...well,
        keys: [key, invalid],
        workers: 0,
        pool: { ...pool, leftToday: 0 },
      },
      [{ model: "m/a:free" }],
    ),
  ).toEqual([
    "No worker is alive: requests wait, and nothing is sent to OpenRouter.",
    "Today's calls are used up; new ones at 00:00 UTC.",
    "OpenRouter refuses the key sk-or-v1-abc...xyz (401): it is out of use.",
    "OpenRouter does not serve m/a:free any more.",
  ]);
});
