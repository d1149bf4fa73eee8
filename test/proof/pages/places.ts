import type { Page } from "playwright-core";
import { operatorOf } from "../../support/clients/operator.ts";

/** A page of the gateway. */
export type Place = {
  readonly name: string;
  /** The same in every state, or found at a gateway. */
  readonly path: string | ((url: string) => Promise<string>);
  /** States in which it is worth a picture; all when absent. */
  readonly states?: readonly string[];
  /** Not ours in every part: neither barriers nor width are counted. */
  readonly isForeign?: boolean;
  /** Looked at by a visitor who has not logged in. */
  readonly isOpen?: boolean;
  /** What a visitor does there before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
};

const once = ["empty"];
const withClients = ["batches"];

/** Every page that a gateway has. Those that are the same in all states stand for one of them. */
export const places: readonly Place[] = [
  { name: "log-in", path: "/admin/login", states: once, isOpen: true },
  {
    name: "wrong-password",
    path: "/admin/login",
    states: once,
    isOpen: true,
    act: failToLogIn,
  },
  { name: "sign-in", path: "/admin", states: ["closed"], isOpen: true },
  { name: "home", path: "/", isOpen: true },
  {
    name: "answer",
    path: "/",
    states: ["50-keys"],
    isOpen: true,
    act: askModel,
  },
  { name: "connect", path: "/connect", states: once, isOpen: true },
  { name: "docs", path: "/docs", states: ["closed"], isOpen: true },
  {
    name: "docs-open",
    path: "/docs",
    states: ["closed"],
    isOpen: true,
    act: openOperation,
  },
  { name: "overview", path: "/admin" },
  { name: "overview-day", path: "/admin?range=day", states: ["busy"] },
  { name: "overview-90d", path: "/admin?range=90d", states: ["busy"] },
  {
    name: "overview-found",
    path: "/admin?keys=limited&find=account",
    states: ["50-keys"],
  },
  { name: "confirm-pause", path: "/admin/confirm?action=pause", states: once },
  {
    name: "confirm-unknown",
    path: "/admin/confirm?action=pause&target=x",
    states: once,
  },
  { name: "not-found", path: "/admin/nothing", states: once },
  { name: "add-key", path: "/admin/keys/new", states: ["50-keys"] },
  { name: "requests", path: "/admin/requests" },
  {
    name: "requests-failed",
    path: "/admin/requests?status=failed",
    states: ["empty", "batches"],
  },
  { name: "models", path: "/admin/models" },
  { name: "batches", path: "/admin/batches" },
  { name: "clients", path: "/admin/clients" },
  { name: "new-client", path: "/admin/clients/new", states: once },
  { name: "client", path: pathOfClient, states: withClients },
  {
    name: "client-rotate",
    path: async (url) => `${await pathOfClient(url)}/rotate`,
    states: withClients,
  },
  {
    name: "client-key",
    path: "/admin/clients/new",
    states: withClients,
    act: makeClient,
  },
  { name: "webhooks", path: "/admin/webhooks" },
  { name: "bull-board", path: "/admin/queues", isForeign: true },
];

/** Whether a page is worth a picture in a state. */
export function isShown(
  { states, isOpen }: Place,
  state: { readonly name: string; readonly hasNoPassword?: boolean },
): boolean {
  // Nobody can log in there.
  if (state.hasNoPassword && !isOpen) return false;
  return states?.includes(state.name) ?? true;
}

async function failToLogIn(page: Page): Promise<void> {
  await page.locator("#username").fill("admin");
  await page.locator("#password").fill("wrong");
  await page.locator("button.primary").click();
  await page.locator(".alert").waitFor();
}

/** Opens one operation of the description of the API. */
async function openOperation(page: Page): Promise<void> {
  await page.locator(".opblock-summary-control").first().click();
  await page.locator(".opblock-body").waitFor();
}

async function askModel(page: Page): Promise<void> {
  await page.locator("button[name=send]").click();
  await page.locator("form:not(.busy)").waitFor();
}

async function makeClient(page: Page): Promise<void> {
  await page.locator("input[name=name]").fill(`guest-${Date.now()}`);
  await page.locator("main button.primary").click();
  await page.locator("#key").waitFor();
}

async function pathOfClient(url: string): Promise<string> {
  const { body } = await operatorOf(url).request("GET", "/clients");
  const { clients } = body as { clients: { id: string; name: string }[] };
  const alice = clients.find(({ name }) => name === "alice");
  return `/admin/clients/${alice?.id}`;
}
