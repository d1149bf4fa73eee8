import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { isClientGone } from "../http/is-client-gone.ts";
import type { ReadUsage } from "./read-usage.ts";
import { toUsageCsv } from "./usage-csv.ts";
import type { UsageQuery } from "./usage-query.ts";

/**
 * Answers with use as CSV, piece by piece: however many rows there are, one piece is in memory. A
 * file that ends too early is a broken connection.
 *
 * @param filename the file that browsers save it as.
 * @throws {GatewayError} `redis-down`, in the midst of the file, too.
 */
export async function sendUsageCsv(
  response: Response,
  readUsage: ReadUsage,
  query: Omit<UsageQuery, "format">,
  filename?: string,
): Promise<void> {
  const pieces = readUsage.pieces(query);
  // Read before the response is touched: a failure gets its status.
  const first = await pieces.next();
  if (filename !== undefined) response.attachment(filename);
  response.type("text/csv");

  async function* toText() {
    const { groups } = query;
    yield toUsageCsv(groups, first.value ?? [], { header: true });
    for await (const rows of pieces) yield toUsageCsv(groups, rows);
  }
  try {
    await pipeline(Readable.from(toText()), response);
  } catch (error) {
    if (!isClientGone(error)) throw error;
  }
}
