import { type Request, Router } from "express";
import { chartFigures } from "../../history/chart-figures.ts";
import { ranges, readRange } from "../../history/ranges.ts";
import type { FindNotice } from "../actions/find-notice.ts";
import { renderPart } from "../pages/render-part.ts";
import { readKeySelection } from "./present/key-selection.ts";
import { presentRanges } from "./present/present-history.ts";
import { presentOverview } from "./present/present-overview.ts";
import type { Overview, ReadOverview } from "./read/read-overview.ts";

/** `/admin`, the key-pool page, and `/admin/live`, which updates it. */
export function routeOverview(deps: {
  readOverview: ReadOverview;
  findNotice: FindNotice;
  /** Whether the page can add keys. */
  canAddKeys: () => Promise<boolean>;
}): Router {
  const { readOverview, findNotice, canAddKeys } = deps;
  const router = Router();

  router.get("/", async (request, response) => {
    const overview = await readOverview(readRange(request.query.range));
    response.status(overview ? 200 : 503).render("pool/page", {
      overview: overview && (await present(overview, request)),
      history: presentRanges(readRange(request.query.range)),
      notice: overview && (await findNotice(request, response)),
      now: new Date(),
      session: response.locals.session,
    });
  });

  router.get("/live", async (request, response) => {
    const overview = await readOverview(readRange(request.query.range));
    const at = new Date().toISOString().slice(11, 19);
    if (!overview) {
      const top = await renderPart(response, "admin/no-redis", {});
      response.json({ top, rest: "", newest: 0, at });
      return;
    }
    const shown = await present(overview, request);
    const newest = overview.past.at(-1)?.startsAt ?? 0;
    const isNews = newest > Number(request.query.after ?? 0);
    response.json({
      top: await renderPart(response, "pool/top", shown),
      rest: await renderPart(response, "pool/rest", shown),
      ...(isNews
        ? {
            charts: chartFigures(
              overview.past,
              ranges[overview.range],
              overview.view.pool.now,
            ),
          }
        : {}),
      newest,
      at,
    });
  });

  async function present(overview: Overview, request: Request) {
    return presentOverview(overview, {
      selection: readKeySelection(request.query),
      canAddKeys: await canAddKeys(),
    });
  }
  return router;
}
