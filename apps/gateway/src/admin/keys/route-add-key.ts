import { type Response, Router } from "express";
import type { Logger } from "pino";
import { say } from "../../words/say.ts";
import { sessionOf } from "../access/require-access.ts";
import { formOf, readForm } from "../access/route-login.ts";
import { formText, type Sessions } from "../access/sessions/sessions.ts";
import { showMessage } from "../pages/show-message.ts";
import { KeyRefusedError, type KeysFile } from "./keys-file.ts";

/** `/admin/keys/new`, where a key is added to the workers' file. It is never shown or logged again. */
export function routeAddKey(deps: {
  /** undefined when no file is set. */
  keysFile: KeysFile | undefined;
  sessions: Sessions;
  logger: Logger;
}): Router {
  const { keysFile, sessions, logger } = deps;
  const router = Router();

  router.get("/new", async (_request, response) => {
    if (!(await keysFile?.isWritable())) return showMessage(response, noFile());
    showForm(response, {});
  });

  router.post("/new", readForm, async (request, response) => {
    const { token, key = "", account = "" } = formOf(request);
    const session = sessionOf(response);
    if (!sessions.isProof(session, formText, String(token ?? ""))) {
      return showMessage(response, {
        status: 403,
        title: say("access.staleForm"),
        message: say("access.staleKey"),
      });
    }
    if (!(await keysFile?.isWritable())) return showMessage(response, noFile());
    const name = String(account).trim();
    try {
      const added = await keysFile?.add({ key: String(key), account: name });
      logger.warn(
        { key: added?.mask, account: added?.account },
        "An operator added a key",
      );
      showMessage(response, {
        status: 200,
        title: say("keys.added"),
        message: say("keys.addedDetail", { key: added?.mask ?? "" }),
      });
    } catch (error) {
      const isOurs = error instanceof KeyRefusedError;
      // Errors of the file system name the file, never its contents.
      if (!isOurs) logger.error({ err: error }, "Adding a key failed");
      response.status(isOurs ? 400 : 500);
      showForm(response, {
        account: name,
        error: isOurs
          ? say("common.sentence", { text: error.message })
          : say("keys.notWritten"),
      });
    }
  });
  return router;
}

function showForm(
  response: Response,
  what: { account?: string; error?: string },
): void {
  response.render("pool/add-key", { account: "", error: undefined, ...what });
}

function noFile() {
  return {
    status: 404,
    title: say("keys.noFile"),
    message: say("keys.noFileDetail"),
  };
}
