import type { Requirement } from "@openrouter-free-pool/shared/config/load-config";
import {
  byteSize,
  httpUrl,
  wholeNumber,
} from "@openrouter-free-pool/shared/config/variables";
import { z } from "zod";

/** Where files are kept, as it is read from the environment. */
export const storageVariables = {
  /** `fs`: a folder, shared by all gateways; `s3`: a bucket of anything that speaks S3. */
  FILES_STORAGE: z.enum(["fs", "s3"], { error: "fs or s3" }).default("fs"),
  /** The folder of `fs`. */
  FILES_PATH: z.string().default(".data/files"),
  S3_BUCKET: z.string().optional(),
  S3_REGION: z.string().default("us-east-1"),
  /** Address of an S3 server other than Amazon's. */
  S3_ENDPOINT: httpUrl().optional(),
  /** Without a pair of keys the AWS SDK searches its usual places for credentials. */
  S3_ACCESS_KEY_ID: z.string().optional().meta({ secret: true }),
  S3_SECRET_ACCESS_KEY: z.string().optional().meta({ secret: true }),
  /** Largest file, in bytes. */
  FILE_SIZE_LIMIT: byteSize().default(1024 ** 3),
  /** How long a file is kept unless its upload says otherwise, in seconds. */
  FILE_TTL_SECONDS: wholeNumber(1, 10 * 365 * 86_400).default(30 * 86_400),
} as const;

/** See {@link storageVariables}. */
export type StorageConfig = Readonly<
  z.output<z.ZodObject<typeof storageVariables>>
>;

const keyPair = ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;

/** With half a pair the AWS SDK would look for other credentials, and every use of the bucket fail. */
export const requireKeyPair: Requirement = (given) => {
  if (given.FILES_STORAGE !== "s3") return undefined;
  const missing = keyPair.filter((name) => given[name] === undefined);
  return missing.length === 1
    ? `${missing[0]}: got nothing, wants the other half of the pair ${keyPair.join(" and ")}`
    : undefined;
};

/** A bucket has no default name. */
export const requireBucket: Requirement = (given) =>
  given.FILES_STORAGE === "s3" && given.S3_BUCKET === undefined
    ? "S3_BUCKET: got nothing, wants the name of a bucket when FILES_STORAGE is s3"
    : undefined;
