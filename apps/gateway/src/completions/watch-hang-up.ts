import type { Response } from "express";

/** A signal that aborts when the client closes its connection before the answer is out. */
export function watchHangUp(response: Response): AbortSignal {
  const hungUp = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) hungUp.abort();
  });
  return hungUp.signal;
}
