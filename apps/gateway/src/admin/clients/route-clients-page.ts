import { unlimited } from "@openrouter-free-pool/shared/api/client-object";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from "express";
import type { ClientDirectory } from "../../clients/directory/client-directory.ts";
import type { ReadUse } from "../../clients/limits/read-use.ts";
import type { ManageClients } from "../../clients/manage-clients.ts";
import { type Client, toClientObject } from "../../clients/records/client.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import type { ReadUsage } from "../../usage/read-usage.ts";
import { sendUsageCsv } from "../../usage/send-usage-csv.ts";
import { readUsageQuery } from "../../usage/usage-query.ts";
import { say } from "../../words/say.ts";
import { formOf, readForm } from "../access/route-login.ts";
import type { Sessions } from "../access/sessions/sessions.ts";
import { showMessage } from "../pages/show-message.ts";
import { type ClientFields, readClientForm, toFields } from "./client-form.ts";
import { isConfirmation } from "./confirmations.ts";
import { ClientNotices } from "./notices.ts";
import { presentClient } from "./present-clients.ts";
import {
  readClientsPage,
  readClientUsage,
  readSpan,
} from "./read-clients-page.ts";
import { requireOwnForm } from "./require-own-form.ts";

const from = "page";
const longestSearch = 64;

/** `/admin/clients`: the clients, their limits, and their use. */
export function routeClientsPage(deps: {
  manageClients: ManageClients;
  directory: ClientDirectory;
  readUsage: ReadUsage;
  readUse: ReadUse;
  redisHealth: RedisHealth;
  clock: RedisClock;
  sessions: Sessions;
}): Router {
  const { manageClients, directory, readUsage, redisHealth } = deps;
  const { clock, sessions } = deps;
  const notices = new ClientNotices(sessions);
  const ownForm: RequestHandler[] = [readForm, requireOwnForm(sessions)];
  const router = Router();

  router.get("/", async (request, response) => {
    const { days, q = "" } = request.query;
    const search = String(q).slice(0, longestSearch);
    const page = redisHealth.isUp
      ? await readClientsPage(deps, { span: readSpan(days), search })
      : undefined;
    const notice = notices.find(request, response);
    response.status(page ? 200 : 503).render("clients/page", { page, notice });
  });

  router.get("/new", (_request, response) => {
    showForm(response, { fields: toFields({ ...unlimited, name: "" }) });
  });
  router.post("/", ...ownForm, async (request, response) => {
    const { fields, change, problem } = readClientForm(formOf(request));
    const { name } = change ?? {};
    if (!change || name === undefined) {
      return showForm(response, {
        fields,
        problem: problem ?? "",
        status: 400,
      });
    }
    try {
      const issued = await manageClients.create({ ...change, name }, from);
      showKey(response.status(201), issued);
    } catch (error) {
      showForm(response, { fields, ...toProblem(error) });
    }
  });
  router.post("/open", ...ownForm, async (_request, response) => {
    await manageClients.open(from);
    notices.redirect(response, "opened", "");
  });

  router.get("/usage.csv", async (request, response) => {
    const query = readUsageQuery(request.query, clock.now());
    await sendUsageCsv(response, readUsage, query, "usage.csv");
  });

  router.get("/:id", async (request, response) => {
    const client = findClient(request, response);
    if (!client) return;
    await showClient(request, response, { client });
  });
  router.post("/:id", ...ownForm, async (request, response) => {
    const client = findClient(request, response);
    if (!client) return;
    const read = readClientForm(formOf(request));
    const { fields, shown, change, problem = "" } = read;
    const form = { client, fields, shown };
    if (!change) {
      return showClient(request, response, { ...form, problem, status: 400 });
    }
    try {
      const { name } = await manageClients.update(client.id, change, from);
      notices.redirect(response, "saved", name);
    } catch (error) {
      await showClient(request, response, { ...form, ...toProblem(error) });
    }
  });
  router.get("/:id/:action", (request, response) => {
    const { action } = request.params;
    const client = findClient(request, response);
    if (!client) return;
    if (!isConfirmation(action) || !client.record) return showUnknown(response);
    const { name } = client;
    response.render("admin/confirm", {
      question: say(`clients.${action}.question`, { name }),
      consequence: say(`clients.${action}.consequence`),
      button: say(`clients.${action}.button`),
      isHarmful: true,
      post: `/admin/clients/${client.id}/${action}`,
      target: client.id,
      page: { name: "", path: `/admin/clients/${client.id}` },
    });
  });
  router.post("/:id/rotate", ...ownForm, async (request, response) => {
    const client = findClient(request, response);
    if (!client) return;
    showKey(response, await manageClients.rotate(client.id, from));
  });
  router.post("/:id/remove", ...ownForm, async (request, response) => {
    const client = findClient(request, response);
    if (!client) return;
    await manageClients.remove(client.id, from);
    notices.redirect(response, "removed", client.name);
  });
  return router;

  function findClient(
    request: Request,
    response: Response,
  ): Client | undefined {
    const client = directory.find(String(request.params.id));
    if (!client) showUnknown(response);
    return client;
  }

  async function showClient(
    request: Request,
    response: Response,
    what: {
      client: Client;
      fields?: ClientFields;
      /** The fields as the form was opened with them; by default those of the client. */
      shown?: ClientFields | undefined;
      problem?: string;
      status?: number;
    },
  ): Promise<void> {
    const { client, problem, status = 200 } = what;
    const { shown = toFields(client), fields = shown } = what;
    const object = toClientObject(client, clock.now());
    const span = readSpan(request.query.days);
    const use = await deps.readUse([client]);
    const page = redisHealth.isUp
      ? await readClientUsage(deps, { client: client.id, span })
      : undefined;
    response.status(status).render("clients/client", {
      client: presentClient(object, undefined, { use: use.get(client.id) }),
      fields,
      shown,
      problem,
      page,
    });
  }
}

function showForm(
  response: Response,
  what: { fields: ClientFields; problem?: string; status?: number },
): void {
  const { fields, problem, status = 200 } = what;
  response.status(status).render("clients/new-client", { fields, problem });
}

function showKey(
  response: Response,
  what: { client: Client; key: string; webhookSecret: string | null },
): void {
  const { client, key, webhookSecret } = what;
  const { id, name } = client;
  response.render("clients/client-key", { id, name, key, webhookSecret });
}

function showUnknown(response: Response): void {
  const title = say("clients.unknown");
  const message = say("clients.unknownDetail");
  showMessage(response, { status: 404, title, message });
}

/** How a form shows an error; an error that is no refusal is thrown on. */
function toProblem(error: unknown): { problem: string; status: number } {
  if (!(error instanceof GatewayError)) throw error;
  return {
    problem: say("common.sentence", { text: error.message }),
    status: error.status,
  };
}
