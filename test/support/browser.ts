import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

/** A page in real Chromium, and everything it complained about. */
export type WatchedPage = {
  readonly page: Page;
  /** Errors in the console (a refusal of the content security policy is one), and exceptions. */
  readonly complaints: string[];
  /** Addresses that were asked for anywhere but at `origin`. */
  readonly foreignRequests: string[];
};

/** The Chromium or Chrome on the PATH; a test without one says so: `ctx.skip("needs chromium on the PATH")`. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable);
}

/** Starts Chromium without a window. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Root cannot use the sandbox, and a container's /dev/shm is small.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** Opens a page that only `origin` has a right to fill. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: origin, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  context.on("request", (request) => {
    const url = new URL(request.url());
    const isOwn = url.origin === origin || url.protocol === "data:";
    if (!isOwn) foreignRequests.push(request.url());
  });
  return { page, complaints, foreignRequests };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
