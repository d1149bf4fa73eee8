import type { Response } from "express";
import type { GatewayError } from "../../errors/gateway-error.ts";
import { say } from "../../words/say.ts";
import { showMessage } from "./show-message.ts";

/** Answers with a page that has an error's text. @returns false when the visitor is a program: it is answered as anywhere else. */
export function showError(response: Response, error: GatewayError): boolean {
  if (response.req.accepts(["json", "html"]) !== "html") return false;
  const { status, message } = error;
  showMessage(response, {
    status,
    title: say("access.refused"),
    message: say("common.sentence", { text: message }),
  });
  return true;
}
