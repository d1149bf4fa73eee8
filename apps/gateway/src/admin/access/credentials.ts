import { timingSafeEqual } from "node:crypto";
import { digestSecret } from "../../clients/keys/secret-digest.ts";

/** Name and password of an operator. */
export type Credentials = {
  readonly username: string;
  readonly password: string;
};

/** Compares both parts in full, in constant time. */
export function areSame(given: Credentials, expected: Credentials): boolean {
  const isUser = isSameText(given.username, expected.username);
  const isPassword = isSameText(given.password, expected.password);
  return isUser && isPassword;
}

function isSameText(given: string, expected: string): boolean {
  return timingSafeEqual(digestSecret(given), digestSecret(expected));
}
