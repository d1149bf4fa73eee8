import { GatewayError } from "../errors/gateway-error.ts";
import type { Storage } from "../storage/open-storage.ts";
import type { FileStore } from "./file-store.ts";

/** Removes a file: its record and its content. What fails is left to the clean-up. */
export type RemoveFile = (id: string) => Promise<void>;

/** Removes the content of a file whose record is gone. */
export type RemoveContent = (id: string) => Promise<void>;

/** What needs files: batches that have not ended. */
type FileUsers = {
  /** The batch that reads this file, if there is one. */
  findUserOf(fileId: string): Promise<string | undefined>;
  isOpen(batchId: string): Promise<boolean>;
};

/** Builds {@link RemoveContent}. */
export function createRemoveContent(
  storage: Storage,
  files: FileStore,
): RemoveContent {
  return async function removeContent(id) {
    await storage.deleteAll(`files/${id}`);
    await files.forgetContent(id);
  };
}

/** Builds {@link RemoveFile}; it throws `not-found`, or `conflict` while a batch needs the file. */
export function createRemoveFile(deps: {
  files: FileStore;
  users: FileUsers;
  removeContent: RemoveContent;
}): RemoveFile {
  const { files, users, removeContent } = deps;
  return async function removeFile(id) {
    const file = await files.find(id);
    if (!file) throw new GatewayError("not-found", `There is no file ${id}`);
    const user =
      file.content.kind === "journal"
        ? file.content.batchId
        : await users.findUserOf(id);
    if (user !== undefined && (await users.isOpen(user))) {
      throw new GatewayError("conflict", `${user} needs this file and runs`);
    }
    // The record first: content without a record is not served.
    await files.remove(id);
    await removeContent(id);
  };
}
