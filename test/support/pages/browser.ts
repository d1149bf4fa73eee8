import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { afterAll, beforeEach } from "vitest";
import { until } from "../until.ts";

/** What a page may take to show something, in ms: a slow machine runs a whole stack besides the browser. */
const waitMs = 60_000;

/** The Chromium or Chrome on the PATH; a test without one says so: `ctx.skip("needs chromium on the PATH")`. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable);
}

/**
 * The pages of a test file that is about nothing else: without a browser its tests are skipped.
 */
export function usePages(): Pages {
  const executablePath = findChromium();
  beforeEach((context) => {
    if (!executablePath) context.skip("needs chromium on the PATH");
  });
  const pages = new Pages(executablePath);
  afterAll(() => pages.end());
  return pages;
}

/** The pages of one test file, in one real Chromium that starts with the first of them. */
export class Pages {
  readonly #executablePath: string;
  readonly #open: Page[] = [];
  #browser: Browser | undefined;
  #complaints: string[] = [];

  /** @param executablePath see {@link findChromium}. */
  constructor(executablePath = "") {
    this.#executablePath = executablePath;
  }

  /** Opens a page that only `origin` has a right to fill. */
  async open(
    origin: string,
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    this.#browser ??= await startBrowser(this.#executablePath);
    const context = await this.#browser.newContext({
      baseURL: origin,
      ...options,
    });
    context.setDefaultTimeout(waitMs);
    const page = await context.newPage();
    this.#open.push(page);
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      this.#complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#complaints.push(String(error)));
    context.on("request", (request) => {
      const url = new URL(request.url());
      const isOwn = url.origin === origin || url.protocol === "data:";
      if (!isOwn) this.#complaints.push(`${request.url()} was asked for`);
    });
    return page;
  }

  /**
   * Everything that the pages complained about since it was taken last: errors in the
   * console (a refusal of the content security policy is one), exceptions, and
   * addresses that were asked for anywhere but at their origin.
   */
  takeComplaints(): string[] {
    const complaints = this.#complaints;
    this.#complaints = [];
    return complaints;
  }

  /** As {@link takeComplaints}, when there are some: the browser tells of them a moment later. */
  async awaitComplaints(): Promise<string[]> {
    await until("a page complains", () => this.#complaints.length > 0);
    return this.takeComplaints();
  }

  async closeAll(): Promise<void> {
    const pages = this.#open.splice(0);
    await Promise.all(pages.map((page) => page.context().close()));
  }

  /** Ends the browser. */
  async end(): Promise<void> {
    await this.#browser?.close();
  }
}

/** Logs in at a page of /admin, and waits until it leads on. */
export async function logInPage(
  page: Page,
  password: string,
  { at = "/admin", to = at }: { at?: string; to?: string } = {},
): Promise<void> {
  await page.goto(at);
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`**${to}`);
}

function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Root cannot use the sandbox, and a container's /dev/shm is small.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
