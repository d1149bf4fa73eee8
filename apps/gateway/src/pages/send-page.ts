import { fileURLToPath } from "node:url";
import ejs from "ejs";
import type { Response } from "express";
import { say, wordsForScripts } from "../words/say.ts";

/** Answers with a page that is open to everybody; `name` is a path below `views`, without `.ejs`. */
export async function sendPage(
  response: Response,
  name: string,
  locals: object,
): Promise<void> {
  const file = new URL(`../views/${name}.ejs`, import.meta.url);
  const page = await ejs.renderFile(
    fileURLToPath(file),
    { ...response.locals, say, wordsForScripts, ...locals },
    { cache: true },
  );
  response.type("html").send(page);
}
