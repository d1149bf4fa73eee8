import type { Response } from "express";

/** Renders a part of a page, to be put into a page that is open. */
export function renderPart(
  response: Response,
  name: string,
  locals: object,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  response.render(`partials/${name}`, locals, (error: Error | null, html) =>
    error ? reject(error) : resolve(html),
  );
  return promise;
}
