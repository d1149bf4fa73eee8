import { expect, test } from "vitest";
import { parseDotEnv } from "../../../../libs/shared/src/config/dot-env.ts";

test("a byte order mark does not hide the first variable", () => {
  expect(parseDotEnv("\uFEFFFIRST=1\nSECOND=2\n")).toEqual({
    FIRST: "1",
    SECOND: "2",
  });
});

test("a list of quoted values is whole", () => {
  const text = `A="one","two"\r\nexport B='x';'y' \nC="one, two" # said "so", once\nD=plain\n`;
  expect(parseDotEnv(text)).toEqual({
    A: '"one","two"',
    B: "'x';'y'",
    C: "one, two",
    D: "plain",
  });
});
