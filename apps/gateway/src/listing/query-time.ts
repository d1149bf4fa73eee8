import { z } from "zod";

/** Day, time, zone. */
const parts =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([\d:.]+)(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;
/** Refuses days that no month has, and hours that no day has. */
const localTime = z.iso.datetime({ local: true });

/** A time of a query string, in ms since the epoch; undefined where it is empty. */
export function queryTime(description: string) {
  return z
    .string()
    .max(40)
    .transform((text, context): number | undefined => {
      if (text === "") return undefined;
      const at = readTime(text);
      if (at !== undefined && at >= 0) return at;
      context.addIssue(
        "wants an ISO 8601 time such as 2027-01-31T14:05, in UTC unless it ends in a zone such as +08:00 (%2B08:00 in an address)",
      );
      return z.NEVER;
    })
    .optional()
    .meta({ description });
}

/** Never in the gateway's own time zone; a day alone is its beginning. */
function readTime(text: string): number | undefined {
  const [, day, time = "00:00", zone = "Z"] = parts.exec(text) ?? [];
  const local = `${day}T${time}`;
  return localTime.safeParse(local).success
    ? Date.parse(local + zone)
    : undefined;
}
