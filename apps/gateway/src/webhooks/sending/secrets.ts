import { createHmac } from "node:crypto";

/**
 * The secret that signs a client's events: derived from the pool's secret and the client's id, so
 * that it is stored nowhere and no client can derive another's.
 *
 * @param secret the pool's, `whsec_…`.
 */
export function toClientSecret(secret: string, client: string): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const digest = createHmac("sha256", key).update(`client:${client}`).digest();
  return `whsec_${digest.toString("base64")}`;
}
