import { maySee } from "../clients/ownership.ts";
import type { FileRecord } from "./file-record.ts";

/** Whether a file exists for a client: it may see it, and it has not expired. */
export function isServed(
  file: FileRecord,
  client: string | undefined,
): boolean {
  return maySee(client, file) && file.expiresAt > Date.now();
}
