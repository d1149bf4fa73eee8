import type { Response } from "express";

/** Renders a part of a page for the script that updates an open page; the name is a path below `views`. */
export function renderPart(
  response: Response,
  name: string,
  locals: object,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  response.render(name, locals, (error: Error | null, html) =>
    error ? reject(error) : resolve(html),
  );
  return promise;
}
