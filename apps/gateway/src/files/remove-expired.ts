import { GatewayError } from "../errors/gateway-error.ts";
import type { FileStore } from "./file-store.ts";
import type { RemoveContent, RemoveFile } from "./remove-file.ts";

/**
 * Removes files that have expired, and what is left of removed ones. Several gateways may do so at a time.
 *
 * @throws the error of the last failed removal, after all have been tried.
 */
export async function removeExpired(
  files: FileStore,
  removeFile: RemoveFile,
  removeContent: RemoveContent,
): Promise<void> {
  let failure: unknown;
  for (const id of await files.findExpired(Date.now())) {
    const remove = (await files.find(id)) ? removeFile : removeContent;
    await remove(id).catch((error: unknown) => {
      // A batch needs it, or another gateway was faster.
      if (!(error instanceof GatewayError)) failure = error;
    });
  }
  if (failure) throw failure;
}
