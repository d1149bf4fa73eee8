import { isIP } from "node:net";
import { z } from "zod";

const origin = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/;
const hostName =
  /^(\*|(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;
const proxyRange = /^(loopback|linklocal|uniquelocal)$/;

/** Variables that say which web pages, names and proxies are trusted. */
export const webAccessVariables = {
  /** Origins of web pages that may call the API: `https://chat.example`, or `*` for any. */
  CORS_ORIGINS: list(
    (entry) => entry.replace(/\/$/, ""),
    (entry) => entry === "*" || origin.test(entry),
    "* or origins such as https://chat.example.com, comma-separated",
  ),
  /** Host names of a gateway without client keys, in addition to those of this machine. */
  ALLOWED_HOSTS: list(
    (entry) => entry.replace(/:\d+$/, ""),
    (entry) => hostName.test(entry),
    "host names such as pool.example.com or *.example.com, comma-separated, or *",
  ),
  /** Express's `trust proxy`: whose X-Forwarded-… headers are trusted. */
  TRUST_PROXY: z
    .string()
    .trim()
    .default("false")
    .transform((text, context) => {
      const setting = parseTrustProxy(text.toLowerCase());
      if (setting !== undefined) return setting;
      context.addIssue(
        "true, false, the number of proxies in front, or their addresses, comma-separated",
      );
      return z.NEVER;
    }),
};

function list(
  normalize: (entry: string) => string,
  isRight: (entry: string) => boolean,
  wanted: string,
) {
  return z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((entry) => normalize(entry.trim().toLowerCase()))
        .filter((entry) => entry !== ""),
    )
    .refine((entries) => entries.every(isRight), wanted);
}

/** @returns undefined when it is not a value that Express takes. */
function parseTrustProxy(
  text: string,
): boolean | number | string[] | undefined {
  if (text === "true" || text === "false") return text === "true";
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const proxies = text.split(",").map((proxy) => proxy.trim());
  return proxies.every(isProxy) ? proxies : undefined;
}

function isProxy(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  if (bits === undefined) return proxyRange.test(text) || isIP(address) !== 0;
  const family = isIP(address);
  const mostBits = family === 6 ? 128 : 32;
  return (
    rest.length === 0 &&
    family !== 0 &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= mostBits
  );
}
