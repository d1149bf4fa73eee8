import { GatewayError } from "../errors/gateway-error.ts";
import type { FileStore } from "./file-store.ts";
import type { RemoveFile } from "./remove-file.ts";

/**
 * Removes files that have expired. Several gateways may do so at a time.
 *
 * @throws the error of the last failed removal, after all have been tried.
 */
export async function removeExpired(
  files: FileStore,
  removeFile: RemoveFile,
): Promise<void> {
  let failure: unknown;
  for (const id of await files.findExpired(Date.now())) {
    await removeFile(id).catch((error: unknown) => {
      // A batch needs it, or another gateway was faster.
      if (!(error instanceof GatewayError)) failure = error;
    });
  }
  if (failure) throw failure;
}
