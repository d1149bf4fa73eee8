import { expect, test } from "vitest";
import { createFileStore } from "../../../../apps/gateway/src/files/file-store.ts";
import { removeExpired } from "../../../../apps/gateway/src/files/remove-expired.ts";
import {
  createRemoveContent,
  createRemoveFile,
} from "../../../../apps/gateway/src/files/remove-file.ts";
import type { Storage } from "../../../../apps/gateway/src/storage/open-storage.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";

test("content that could not be removed with its record is removed by the clean-up", async () => {
  const { redis, redisKeys } = openRedis();
  const files = createFileStore(redis, redisKeys);
  const content = new Set(["files/file-1"]);
  let failures = 2;
  const storage: Pick<Storage, "deleteAll"> = {
    async deleteAll(folder = "") {
      failures -= 1;
      if (failures >= 0) throw new Error("The disk does not answer");
      content.delete(folder);
    },
  };
  const removeContent = createRemoveContent(storage as Storage, files);
  const users = {
    findUserOf: async () => undefined,
    isOpen: async () => false,
  };
  const removeFile = createRemoveFile({ files, users, removeContent });
  const parts = { folder: "files/file-1/0", count: 1, bytes: 1 };
  await files.save({
    ...{ id: "file-1", filename: "a", purpose: "batch", createdAt: 1 },
    expiresAt: Date.now() + 60_000,
    content: { kind: "parts", parts },
  } as Parameters<typeof files.save>[0]);

  await expect(removeFile("file-1")).rejects.toThrow("does not answer");
  expect(await files.find("file-1")).toBeUndefined();
  const cleanUp = () => removeExpired(files, removeFile, removeContent);
  await expect(cleanUp()).rejects.toThrow("does not answer");
  await cleanUp();
  expect([...content]).toEqual([]);
  expect(await files.findExpired(Number.MAX_SAFE_INTEGER)).toEqual([]);
});
