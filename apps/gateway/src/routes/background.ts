import { toEpochSeconds } from "@openrouter-free-pool/shared/api/epoch-seconds";
import { type Request, type Response, Router } from "express";
import type { BackgroundRequests } from "../background/api/background-requests.ts";
import {
  toAnsweredResponse,
  toOpenResponse,
} from "../background/api/response-object.ts";
import type { BackgroundContents } from "../background/contents/background-contents.ts";
import type {
  BackgroundKind,
  BackgroundRecord,
} from "../background/records/background-record.ts";
import { GatewayError, toSeconds } from "../errors/gateway-error.ts";
import { clientOf } from "../middleware/authenticate.ts";
import { allowOnly } from "../middleware/handle-errors.ts";

/** The longest `Retry-After`: a client that polls less often would get an available answer too late. */
const longestRetryMs = 60_000;

type Deps = {
  requests: BackgroundRequests;
  contents: BackgroundContents;
};

/** `/v1/responses/{id}`: background responses, in OpenAI's shapes. */
export function routeResponses(deps: Deps): Router {
  const { requests, contents } = deps;
  const router = Router();

  const find = (request: Request<{ id: string }>, response: Response) =>
    requests.find("response", request.params.id, clientOf(response));

  async function answer(
    response: Response,
    { order, status, answer: kept }: BackgroundRecord,
  ): Promise<void> {
    if (status === "open") {
      const progress = await requests.readProgress(order);
      setProgress(response, progress);
      response.json(toOpenResponse(order, progress.status));
    } else if (kept) {
      const body = await contents.readAnswer(kept);
      const { "content-type": _, ...headers } = kept.headers;
      response.set(headers);
      response.json(toAnsweredResponse(order, { status: kept.status, body }));
    } else response.json(toOpenResponse(order, "cancelled"));
  }

  router.get("/:id", async (request, response) => {
    leaveUncounted(response);
    if (request.query.stream === "true") {
      throw new GatewayError(
        "invalid-request",
        "`stream`: a background response cannot be streamed; ask for it until it has ended",
      );
    }
    await answer(response, await find(request, response));
  });
  router.post("/:id/cancel", async (request, response) => {
    leaveUncounted(response);
    const found = await find(request, response);
    const record = await requests.cancel(found.order);
    await answer(response, record ?? found);
  });
  router.delete("/:id", async (request, response) => {
    leaveUncounted(response);
    const record = await find(request, response);
    await requests.remove(record);
    response.json({ id: record.order.id, object: "response", deleted: true });
  });
  router.all("/:id", allowOnly("GET", "DELETE"));
  router.all("/:id/cancel", allowOnly("POST"));
  return router;
}

/** `/v1/requests/{id}`: requests with `Prefer: respond-async`. */
export function routeRequests(deps: Deps): Router {
  const { requests, contents } = deps;
  const router = Router();

  const find = (request: Request<{ id: string }>, response: Response) =>
    requests.find("request", request.params.id, clientOf(response));

  router.get("/:id", async (request, response) => {
    const { order, status, answer } = await find(request, response);
    if (status === "cancelled") {
      throw new GatewayError("cancelled", "This request was cancelled");
    }
    if (answer) {
      const body = await contents.readAnswer(answer);
      response.status(answer.status).set(answer.headers).end(body);
      return;
    }
    const progress = await requests.readProgress(order);
    setProgress(response, progress);
    response.status(202).json({
      ...toRequestObject({ order, status }),
      status: progress.status,
      position: progress.place ?? null,
    });
  });
  router.post("/:id/cancel", async (request, response) => {
    const found = await find(request, response);
    const record = await requests.cancel(found.order);
    response.json(toRequestObject(record ?? found));
  });
  router.delete("/:id", async (request, response) => {
    const record = await find(request, response);
    await requests.remove(record);
    response.json({ id: record.order.id, object: "request", deleted: true });
  });
  router.all("/:id", allowOnly("GET", "DELETE"));
  router.all("/:id/cancel", allowOnly("POST"));
  return router;
}

/** Answers at once: the client collects the answer later. */
export function acceptInBackground(
  response: Response,
  kind: BackgroundKind,
  record: BackgroundRecord,
): void {
  const { order, status } = record;
  if (kind === "response") {
    response.json(
      toOpenResponse(order, status === "cancelled" ? status : "queued"),
    );
    return;
  }
  const isLong = /^\/api\//i.test(response.req.path);
  const prefix = isLong ? "/api/v1" : "/v1";
  response
    .status(202)
    .set("Location", `${prefix}/requests/${order.id}`)
    .set("Preference-Applied", "respond-async")
    .set("Retry-After", "1")
    .json(toRequestObject(record));
}

/** A request that has no answer yet, as its client sees it. */
function toRequestObject({
  order,
  status,
}: Pick<BackgroundRecord, "order" | "status">) {
  return {
    id: order.id,
    object: "request",
    status: status === "open" ? "queued" : status,
    created_at: toEpochSeconds(order.createdAt),
    endpoint: `/v1${order.path}`,
    model: order.model,
  };
}

function setProgress(
  response: Response,
  {
    place,
    servedInMs = 0,
  }: Awaited<ReturnType<BackgroundRequests["readProgress"]>>,
): void {
  const retryMs = Math.min(servedInMs, longestRetryMs);
  response.set("Retry-After", String(toSeconds(retryMs)));
  if (place !== undefined) response.set("X-Queue-Position", String(place));
}

/** Reading a response is no completion, although its path is below that of one. */
function leaveUncounted(response: Response): void {
  Object.assign(response.locals.context, {
    isUncounted: true,
    route: "/requests",
  });
}
