import { randomBytes } from "node:crypto";
import type { Storage } from "../../storage/open-storage.ts";
import type {
  BackgroundOrder,
  KeptAnswer,
} from "../records/background-record.ts";

/** An answer with its body. Header names in lower case. */
export type WholeAnswer = Pick<KeptAnswer, "status" | "headers"> & {
  readonly body: Buffer;
};

/** What the files' storage has of background requests: their bodies and answers. */
export type BackgroundContents = {
  /** @returns where the body is stored. */
  keepBody(id: string, body: Buffer): Promise<BackgroundOrder["body"]>;
  readBody(order: BackgroundOrder): Promise<Buffer>;
  keepAnswer(order: BackgroundOrder, answer: WholeAnswer): Promise<KeptAnswer>;
  readAnswer(answer: KeptAnswer): Promise<Buffer>;
  /** Removes one body or answer. */
  drop(key: string): Promise<void>;
  /** Removes everything of a request. */
  remove(id: string): Promise<void>;
};

/** Builds {@link BackgroundContents}. */
export function createBackgroundContents(storage: Storage): BackgroundContents {
  const read = async (key: string) => Buffer.from(await storage.getBytes(key));

  return {
    async keepBody(id, body) {
      // A request that is refused must not remove the body of its repeat that is accepted.
      const key = `${folderOf(id)}/body-${newSuffix()}`;
      await storage.put(key, body);
      return { key, bytes: body.length };
    },
    readBody: ({ body }) => read(body.key),
    async keepAnswer({ id }, { status, headers, body }) {
      // A gateway that was taken for dead must not overwrite the answer of its successor.
      const key = `${folderOf(id)}/answer-${newSuffix()}`;
      await storage.put(key, body);
      return { status, headers, key, bytes: body.length };
    },
    readAnswer: ({ key }) => read(key),
    drop: (key) => storage.delete(key),
    remove: (id) => storage.deleteAll(`${folderOf(id)}/`),
  };
}

function newSuffix(): string {
  return randomBytes(8).toString("hex");
}

function folderOf(id: string): string {
  return `background/${id}`;
}
