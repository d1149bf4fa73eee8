import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { Express } from "express";
import { renderOwnPage } from "./render-own-page.ts";
import { createShowData } from "./show-data.ts";

/** bull-board itself, under `path`. */
export function buildBoard(options: {
  path: string;
  queue: CompletionsQueue;
  keepPayloads: boolean;
}): Express {
  const { path, queue, keepPayloads } = options;
  const board = new BullMQAdapter(queue, {
    displayName: "Requests",
    description: keepPayloads
      ? "Every request, with its prompt and answer."
      : "Every request; prompts and answers are neither shown nor kept.",
    // Without its prompt a finished request cannot be sent again.
    allowRetries: keepPayloads,
  });
  board.setFormatter("data", createShowData(keepPayloads));
  board.setFormatter("name", ({ data }) => data?.model ?? "");

  const server = new ExpressAdapter();
  server.setBasePath(path);
  createBullBoard({
    queues: [board],
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: "Free Pool",
        boardLogo: { path: "/admin/assets/icon.svg", width: 24, height: 24 },
        favIcon: {
          default: "/admin/assets/icon.svg",
          alternative: "/admin/assets/icon.svg",
        },
        hideDocsLink: true,
        showMetrics: false,
      },
    },
  });
  const application = server.getRouter() as Express;
  application.engine("ejs", renderOwnPage);
  return application;
}
