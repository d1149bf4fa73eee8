import type { RequestHandler, Response } from "express";
import { notesOf } from "../completions/completion-notes.ts";
import { familyOf } from "../families/family.ts";
import type { MeasureRequest } from "../metrics/request-metrics.ts";
import { clientOf } from "./authenticate.ts";

/** What nginx logs for a client that went away. */
const clientGone = 499;

/** Measures each request when it is over, whatever became of it. */
export function measureRequests(measure: MeasureRequest): RequestHandler {
  return (_request, response, next) => {
    const startedAt = performance.now();
    response.once("close", () => {
      const { isStream, priority, firstTokenMs, error } = notesOf(response);
      measure({
        route: routeOf(response),
        status: response.writableFinished ? response.statusCode : clientGone,
        client: clientOf(response),
        priority,
        isStream: isStream === true,
        totalMs: performance.now() - startedAt,
        firstTokenMs,
        error,
      });
    });
    next();
  };
}

/** Says under which name requests of a path are counted; without one they are `other`. */
export function nameRoute(route: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.route = route;
    next();
  };
}

function routeOf(response: Response): string {
  const { route } = response.locals;
  return familyOf(response)?.path ?? (route as string | undefined) ?? "other";
}
