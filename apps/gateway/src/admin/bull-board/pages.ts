/** Our pages, by the names in bull-board's page. */
const pages = [
  ["/", "Home"],
  ["/admin", "Keys"],
  ["/admin/requests", "Requests"],
  ["/admin/models", "Models"],
  ["/admin/batches", "Batches"],
  ["/admin/clients", "Clients"],
  ["/admin/webhooks", "Webhooks"],
] as const;

/** A bar of links above bull-board's own header. */
export const pagesBar = `<nav class="pages" aria-label="Pages">${pages
  .map(([href, label]) => `<a href="${href}">${label}</a>`)
  .join("")}</nav>`;
