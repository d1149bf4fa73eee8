import { Router } from "express";
import { say } from "../../words/say.ts";
import { showMessage } from "../pages/show-message.ts";
import type { Sessions } from "./sessions/sessions.ts";
import type { SignInLink } from "./sessions/sign-in-link.ts";

/** `/admin/sign-in?token=…`, the target of the printed link. */
export function routeSignIn(deps: {
  sessions: Sessions;
  signInLink: SignInLink;
}): Router {
  const { sessions, signInLink } = deps;
  const router = Router();

  router.get("/sign-in", async (request, response) => {
    response.set("Referrer-Policy", "no-referrer");
    // A browser that prefetches a link must not use it up.
    const isLookingAhead = /prefetch|prerender/i.test(
      `${request.get("sec-purpose")} ${request.get("purpose")}`,
    );
    if (request.method === "HEAD" || isLookingAhead) {
      response.status(503).end();
      return;
    }
    if (await signInLink.redeem(String(request.query.token ?? ""))) {
      await sessions.start(request, response);
      return response.redirect(303, "/admin");
    }
    if (await sessions.read(request)) return response.redirect(303, "/admin");
    await signInLink.renew();
    showMessage(response, {
      status: 403,
      title: say("access.linkUsed"),
      message: say("access.linkUsedDetail"),
    });
  });
  return router;
}
