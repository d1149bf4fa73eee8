import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type Response } from "express";
import { Disk } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import { onTestFinished } from "vitest";
import { sendContent } from "../../../apps/gateway/src/files/send-content.ts";
import { createHandleErrors } from "../../../apps/gateway/src/middleware/handle-errors.ts";
import { logger } from "../dispatch/gateway-jobs.ts";

/** A server of one file. */
export type ContentServer = {
  readonly url: string;
  readonly port: number;
  /** The first response, and what sending the content to it came to. */
  readonly first: Promise<{
    readonly response: Response;
    readonly isRead: Promise<boolean>;
  }>;
};

/**
 * Serves a file until the test is over.
 *
 * @param location the folder of its parts, `000000` and so on.
 */
export async function serveContent(
  location: string,
  { count, bytes }: { count: number; bytes: number },
): Promise<ContentServer> {
  const storage = new Disk(new FSDriver({ location, visibility: "private" }));
  const file = {
    id: "file-1",
    filename: "file.jsonl",
    purpose: "batch_output",
    createdAt: 0,
    expiresAt: 0,
    content: { kind: "parts", parts: { folder: "", count, bytes } },
  } as const;
  const { promise: first, resolve } =
    Promise.withResolvers<Awaited<ContentServer["first"]>>();
  const app = express();
  app.get("/", async (request, response) => {
    Object.assign(response.locals, { context: {} });
    const isRead = sendContent(request, response, { storage, file });
    resolve({ response, isRead });
    await isRead;
  });
  app.use(createHandleErrors(logger));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, first };
}
