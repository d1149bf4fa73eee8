import { type Request, type Response, Router } from "express";
import { sessionOf } from "../access/require-access.ts";
import type { Sessions } from "../access/sessions/sessions.ts";
import { type ActionName, isActionName } from "../actions/action-names.ts";
import type { Action } from "../actions/actions.ts";
import { doneText } from "../actions/done-text.ts";
import { nameTarget } from "../actions/name-target.ts";
import { renderPart } from "../pages/render-part.ts";
import { readKeySelection } from "./present/present-keys.ts";
import { presentOverview } from "./present/present-overview.ts";
import { chartFigures } from "./read/chart-figures.ts";
import type { Overview, ReadOverview } from "./read/read-overview.ts";

/** `/admin`, the key-pool page, and `/admin/live`, which brings it up to date. */
export function routeOverview(deps: {
  readOverview: ReadOverview;
  actions: Record<ActionName, Action>;
  sessions: Sessions;
}): Router {
  const { readOverview, actions, sessions } = deps;
  const router = Router();

  /** What was done on the page before this one; nothing that only the address claims. */
  function findNotice(
    request: Request,
    response: Response,
    { view }: Overview,
  ): string | undefined {
    const { done, target = "", proof } = request.query;
    if (!isActionName(done)) return undefined;
    const text = doneText(done, String(target));
    if (!sessions.isProof(sessionOf(response), text, String(proof))) {
      return undefined;
    }
    const label = nameTarget(done, String(target), view);
    return label === undefined ? undefined : actions[done].done(label);
  }

  router.get("/", async (request, response) => {
    const overview = await readOverview();
    response.status(overview ? 200 : 503).render("pool", {
      overview: overview && present(overview, request),
      notice: overview && findNotice(request, response, overview),
      now: new Date(),
      session: response.locals.session,
    });
  });

  router.get("/live", async (request, response) => {
    const overview = await readOverview();
    const at = new Date().toISOString().slice(11, 19);
    if (!overview) {
      const top = await renderPart(response, "no-redis", {});
      response.json({ top, rest: "", newest: 0, at });
      return;
    }
    const shown = present(overview, request);
    const newest = overview.buckets.at(-1)?.startsAt ?? 0;
    const isNews = newest > Number(request.query.after ?? 0);
    response.json({
      top: await renderPart(response, "pool-top", shown),
      rest: await renderPart(response, "pool-rest", shown),
      ...(isNews
        ? { charts: chartFigures(overview.buckets, overview.view.pool.now) }
        : {}),
      newest,
      at,
    });
  });
  return router;
}

function present(overview: Overview, request: Request) {
  return presentOverview(overview, readKeySelection(request.query));
}
