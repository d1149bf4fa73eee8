import type { Response } from "express";

/** Answers with a page that has one message; programs get it as JSON. */
export function showMessage(
  response: Response,
  what: { status: number; title: string; message: string },
): void {
  const { status, title, message } = what;
  response.status(status);
  if (response.req.accepts(["html", "json"]) === "html") {
    response.render("admin/message", { title, message });
  } else {
    response.json({ error: { code: status, message } });
  }
}
