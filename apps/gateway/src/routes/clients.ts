import {
  clientChangeSchema,
  newClientSchema,
} from "@openrouter-free-pool/shared/api/client-object";
import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { type Request, type RequestHandler, Router } from "express";
import type { z } from "zod";
import type { BodyBudget } from "../bodies/body-budget.ts";
import { bodyOf, readJsonBody } from "../bodies/read-json-body.ts";
import type { ClientDirectory } from "../clients/directory/client-directory.ts";
import type { ReadUse } from "../clients/limits/read-use.ts";
import type { ManageClients } from "../clients/manage-clients.ts";
import { toClientObject } from "../clients/records/client.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { neverStored } from "../web-access/security-headers.ts";

const bodyLimitBytes = 64 * 1024;

/** `/api/v1/clients`: clients and their settings, for operators' programs. */
export function routeClients(deps: {
  requireAdmin: RequestHandler;
  manageClients: ManageClients;
  directory: ClientDirectory;
  readUse: ReadUse;
  clock: RedisClock;
  bodyBudget: BodyBudget;
}): Router {
  const { manageClients, directory, clock } = deps;
  const router = Router();
  const readBody = readJsonBody(bodyLimitBytes, deps.bodyBudget);
  // Responses contain keys.
  router.use(neverStored, deps.requireAdmin);

  router.get("/", async (_request, response) => {
    const now = clock.now();
    const clients = directory.list();
    const use = await deps.readUse(clients);
    response.json({
      requiresKey: directory.requiresKey,
      clients: clients.map((client) => ({
        ...toClientObject(client, now),
        use: use.get(client.id) ?? null,
      })),
    });
  });
  router.post("/", readBody, async (request, response) => {
    const wanted = readAs(newClientSchema, request);
    const { client, ...secrets } = await manageClients.create(
      wanted,
      fromOf(request),
    );
    const object = toClientObject(client, clock.now());
    response.status(201).json({ ...object, ...secrets });
  });
  router.patch("/:id", readBody, async (request, response) => {
    const change = readAs(clientChangeSchema, request);
    const id = idOf(request);
    const client = await manageClients.update(id, change, fromOf(request));
    response.json(toClientObject(client, clock.now()));
  });
  router.post("/:id/rotate", async (request, response) => {
    const { client, ...secrets } = await manageClients.rotate(
      idOf(request),
      fromOf(request),
    );
    response.json({ ...toClientObject(client, clock.now()), ...secrets });
  });
  router.delete("/:id", async (request, response) => {
    const id = idOf(request);
    await manageClients.remove(id, fromOf(request));
    response.json({ id, deleted: true });
  });
  router.all("/", allowOnly("GET", "POST"));
  router.all("/:id", allowOnly("PATCH", "DELETE"));
  router.all("/:id/rotate", allowOnly("POST"));
  return router;
}

function idOf(request: Request): string {
  return String(request.params.id);
}

function fromOf(request: Request): string {
  return `api ${request.ip ?? ""}`;
}

function readAs<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
): z.output<Schema> {
  const given = parseJson(bodyOf(request).requireBytes().toString());
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const message =
    given === undefined
      ? "The body is not valid JSON"
      : listProblems(parsed.error, { whole: "body" });
  throw new GatewayError("invalid-request", message);
}
