import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";

/** A server that speaks S3, with one bucket. */
export type S3Server = {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** The environment of a gateway that keeps its files here. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
};

/** Starts a server in a folder of its own. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "s3-"));
  const bucket = `bucket-${randomUUID()}`;
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  const host = `127.0.0.1:${port}`;
  return {
    port,
    host,
    env: {
      FILES_STORAGE: "s3",
      S3_BUCKET: bucket,
      S3_ENDPOINT: `http://${host}`,
      S3_ACCESS_KEY_ID: "S3RVER",
      S3_SECRET_ACCESS_KEY: "S3RVER",
    },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
