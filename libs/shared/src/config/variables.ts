import { z } from "zod";
import { longestTimerMs } from "../timers/longest-timer.ts";
import { readSecretFile, usableFile } from "./secret-files.ts";

/** A whole number between two bounds, written in decimal digits. */
export function wholeNumber(minimum: number, maximum: number) {
  const wanted = `a whole number from ${minimum} to ${maximum}`;
  return z
    .string({ error: wanted })
    .trim()
    .regex(/^\d+$/, wanted)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, wanted);
}

/** A duration in milliseconds, at most what a Node timer can hold (24.8 days). */
export function milliseconds(minimum: number) {
  return wholeNumber(minimum, longestTimerMs);
}

/** A size such as `10mb`, `512kb` or plain bytes; parsed to bytes. */
export function byteSize() {
  const wanted = "a size such as 10mb, 512kb or 1048576";
  const units: Record<string, number> = {
    b: 1,
    kb: 1024,
    mb: 1024 ** 2,
    gb: 1024 ** 3,
  };
  return z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^\d+(\.\d+)?\s*(b|kb|mb|gb)?$/, wanted)
    .transform((text) => {
      const unit = text.match(/[a-z]+$/)?.[0] ?? "b";
      return Math.floor(Number.parseFloat(text) * (units[unit] ?? 1));
    })
    .refine((bytes) => bytes > 0, wanted);
}

/** An absolute `http:` or `https:` URL, returned without a trailing slash. */
export function httpUrl() {
  return z
    .url({ protocol: /^https?$/, error: "a URL such as https://host/path" })
    .transform((url) => url.replace(/\/+$/, ""));
}

/** A TCP port; 0 asks the system for any free one. */
export function port() {
  return wholeNumber(0, 65_535);
}

/** A boolean. */
export function yesOrNo() {
  const wanted = "true or false";
  return z
    .enum(["true", "false", "1", "0", "yes", "no"], { error: wanted })
    .transform((text) => ["true", "1", "yes"].includes(text));
}

/** A file with one secret, as Docker and Kubernetes mount them; parsed to its contents. */
export function secretFile() {
  return z.string().transform((path, context) => {
    const secret = readSecretFile(path);
    if (secret !== undefined) return secret;
    context.addIssue(usableFile);
    return z.NEVER;
  });
}
