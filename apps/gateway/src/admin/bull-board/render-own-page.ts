import ejs from "ejs";
import { pagesBar } from "./pages.ts";

/**
 * Renders bull-board's page with links to our other pages, and without what our content security
 * policy forbids: fonts of another site, and inline styles.
 *
 * It is a template engine as Express defines it.
 */
export function renderOwnPage(
  file: string,
  locals: object,
  callback: (error: unknown, html?: string) => void,
): void {
  ejs.renderFile(file, locals, (error, html) => {
    callback(error, error ? undefined : withoutForeignParts(html));
  });
}

const ownStyle =
  '<link rel="stylesheet" href="/admin/assets/styles/bull-board.css">';

function withoutForeignParts(html: string): string {
  return html
    .replace(/<link\b[^>]*\bhref="https?:[^>]*>/g, "")
    .replace(/<style\b[^>]*>.*?<\/style>/gs, "")
    .replace(/(<[a-z][^<>]*?)\sstyle="[^"]*"/g, "$1")
    .replace("</head>", `${ownStyle}</head>`)
    .replace(/<body\b[^>]*>/, (body) => body + pagesBar);
}
