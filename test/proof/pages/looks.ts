import type { BrowserContextOptions } from "playwright-core";

/** How a page is looked at. */
export type Look = {
  readonly name: string;
  readonly options: BrowserContextOptions;
};

const wide = { width: 1280, height: 850 };
const phone = { width: 390, height: 844 };

/** Light, dark and on a phone, in English; light and on a phone, in Chinese. */
export const looks: readonly Look[] = [
  { name: "light", options: { viewport: wide, colorScheme: "light" } },
  { name: "dark", options: { viewport: wide, colorScheme: "dark" } },
  { name: "phone", options: { viewport: phone, colorScheme: "dark" } },
  {
    name: "light-zh",
    options: { viewport: wide, colorScheme: "light", locale: "zh-CN" },
  },
  {
    name: "phone-zh",
    options: { viewport: phone, colorScheme: "light", locale: "zh-CN" },
  },
];
