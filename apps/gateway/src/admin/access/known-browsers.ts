import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import type { AccessKey } from "./sessions/access-key.ts";
import {
  type AdminCookie,
  readCookie,
  setCookie,
} from "./sessions/admin-cookie.ts";

const cookie: AdminCookie = {
  name: "orpool_browser",
  path: "/admin/login",
  lifeMs: 180 * 86_400_000,
};

/**
 * Browsers that have sent the right password before. Their tries are counted separately from those
 * of their address, so that strangers behind the same proxy cannot lock them out.
 */
export class KnownBrowsers {
  readonly #accessKey: AccessKey;

  constructor(accessKey: AccessKey) {
    this.#accessKey = accessKey;
  }

  /** The browser's id; undefined for an unknown one. */
  read(request: Request): string | undefined {
    const [id = "", expiresAt, proof = ""] = readCookie(request, cookie).split(
      ".",
    );
    const isOurs = this.#accessKey.isDigest(proof, textOf(id, expiresAt));
    return isOurs && Number(expiresAt) > Date.now() ? id : undefined;
  }

  /** Remembers a browser that has sent the right password. */
  remember(request: Request, response: Response): void {
    const id = this.read(request) ?? randomBytes(18).toString("base64url");
    const expiresAt = String(Date.now() + cookie.lifeMs);
    const proof = this.#accessKey.digest(textOf(id, expiresAt));
    setCookie(request, response, cookie, `${id}.${expiresAt}.${proof}`);
  }
}

function textOf(id: string, expiresAt: string | undefined): string {
  return `browser ${id} ${expiresAt}`;
}
