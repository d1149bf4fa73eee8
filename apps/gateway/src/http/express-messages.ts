import { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";

/**
 * Classes whose objects are the app's requests and responses from the beginning. Those of Node get
 * their methods from Express by a change of prototype, one by one, which costs V8 what it knows of their shape;
 * Express finds nothing to change in these.
 */
export function messagesOf(app: Express): {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
} {
  class AppRequest extends IncomingMessage {}
  class AppResponse<R extends IncomingMessage> extends ServerResponse<R> {
    /** Express's own has no shape, which makes each look-up slower. */
    readonly locals = {};
  }
  app.request = Object.setPrototypeOf(AppRequest.prototype, app.request);
  app.response = Object.setPrototypeOf(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}
