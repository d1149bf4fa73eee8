import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { ReadUsage } from "./read-usage.ts";
import { toUsageCsv } from "./usage-csv.ts";
import type { UsageQuery } from "./usage-query.ts";

type CsvQuery = Omit<UsageQuery, "format">;

/**
 * Sends use as CSV. Rows of days are sent day by day: of thousands of clients there are many.
 *
 * @throws {GatewayError} what {@link ReadUsage} throws, when nothing was sent yet.
 */
export async function sendUsageCsv(
  response: Response,
  readUsage: ReadUsage,
  query: CsvQuery,
): Promise<void> {
  const parts = readParts(readUsage, query);
  const first = await parts.next();
  response.type("text/csv");
  await pipeline(async function* () {
    if (!first.done) yield first.value;
    yield* parts;
  }, response);
}

async function* readParts(
  readUsage: ReadUsage,
  query: CsvQuery,
): AsyncGenerator<string> {
  const isByDay = query.groups.includes("day");
  const parts = isByDay ? query.days.map((day) => [day]) : [query.days];
  for (const [number, days] of parts.entries()) {
    const usage = await readUsage.table({ ...query, days });
    yield toUsageCsv(usage, { header: number === 0 });
  }
}
