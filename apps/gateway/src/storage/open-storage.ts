import { resolve } from "node:path";
import { agentOptions } from "@openrouter-free-pool/shared/http/agent-options";
import {
  type ProxyVariables,
  readProxySettings,
} from "@openrouter-free-pool/shared/http/create-dispatcher";
import { Disk } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import type { StorageConfig } from "./variables.ts";

/** The storage of files; keys are paths below its root. */
export type Storage = Disk;

/** Opens the storage that is configured. Nothing is created before it is needed. */
export async function openStorage(
  config: StorageConfig & ProxyVariables,
): Promise<Storage> {
  switch (config.FILES_STORAGE) {
    case "fs":
      return new Disk(
        new FSDriver({
          location: resolve(config.FILES_PATH),
          visibility: "private",
        }),
      );
    case "s3":
      return openBucket(config);
  }
}

async function openBucket(
  config: StorageConfig & ProxyVariables,
): Promise<Storage> {
  // Loaded only when it is used: the AWS SDK is large.
  const { S3Driver } = await import("flydrive/drivers/s3");
  const { S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = config;
  const agent = agentOptions(readProxySettings(config));
  return new Disk(
    new S3Driver({
      requestHandler: { httpAgent: agent, httpsAgent: agent },
      bucket: config.S3_BUCKET ?? "",
      region: config.S3_REGION,
      visibility: "private",
      // Most servers other than Amazon's have no ACLs, and Amazon's new buckets refuse them.
      supportsACL: false,
      ...(S3_ENDPOINT === undefined
        ? {}
        : { endpoint: S3_ENDPOINT, forcePathStyle: true }),
      ...(S3_ACCESS_KEY_ID === undefined || S3_SECRET_ACCESS_KEY === undefined
        ? {}
        : {
            credentials: {
              accessKeyId: S3_ACCESS_KEY_ID,
              secretAccessKey: S3_SECRET_ACCESS_KEY,
            },
          }),
      // Only Amazon supports checksum trailers.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    }),
  );
}
