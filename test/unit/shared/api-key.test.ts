import {
  maskApiKey,
  parseApiKey,
  parseApiKeys,
} from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { expect, test } from "vitest";

const secret = `sk-or-v1-abc${"0123456789".repeat(5)}xyz`;

test("a mask shows the ends of a key and nothing else", () => {
  expect(maskApiKey(secret)).toBe("sk-or-v1-abc...xyz");
});

test.for(["12345678", "abcdefghijkl", "sk-or-v1-abcd"])(
  "a short key is never shown whole or nearly: %s",
  (short) => {
    const mask = maskApiKey(short);
    const shown = mask.replaceAll(/[.*]/g, "");
    expect(shown.length).toBeLessThanOrEqual(short.length / 2);
  },
);

test("a key without a name is an account of its own; a named one belongs to the name", () => {
  const alone = parseApiKey(secret);
  expect(alone.account).toBe(alone.id);
  expect(parseApiKey(`alice=${secret}`)).toMatchObject({
    account: "alice",
    id: alone.id,
    secret,
  });
});

test("limits of its own may follow a key, in any order", () => {
  const limitsOf = (entry: string) => parseApiKey(entry).limits;
  expect(limitsOf(secret)).toEqual({});
  expect(limitsOf(`${secret} perDay=1000`)).toEqual({ perDay: 1_000 });
  expect(parseApiKey(`alice=${secret}  perMinute=5\tperDay=40 `)).toMatchObject(
    {
      account: "alice",
      secret,
      limits: { perMinute: 5, perDay: 40 },
    },
  );
});

test("a key that is given twice counts once, and blanks do not count", () => {
  expect(parseApiKeys([secret, ` ${secret} `, ""])).toHaveLength(1);
});

test.for([
  ["short", ["x"]],
  ["with a blank in it", [`${secret} tail`]],
  ["with a line break", [`${secret}\nX-Evil: 1`]],
  ["under a strange name", [`al ice=${secret}`]],
  ["under two names", [`alice=${secret}`, `bob=${secret}`]],
  ["under the name of a key", [`0123456789abcdef=${secret}`]],
  ["with a limit of 0", [`${secret} perDay=0`]],
  ["with a limit that is no number", [`${secret} perMinute=many`]],
  ["with an unknown setting", [`${secret} perHour=3`]],
] as const)(
  "a key %s is refused by its place, without showing it",
  ([, entries]) => {
    let message = "";
    try {
      parseApiKeys(entries);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^entry \d: /);
    expect(message).not.toContain(secret.slice(0, 20));
  },
);
