import type { AppProcess } from "../processes/app-process.ts";

/** What a gateway without a password logs beside each link. */
export const signInMessage =
  "Open this link to sign in to the admin pages, once";

/** All sign-in links that a gateway has shown so far. */
export function signInLinks(gateway: AppProcess): string[] {
  return gateway.logged(signInMessage).map(({ link }) => String(link));
}

/** The last of {@link signInLinks}. */
export function newestSignInLink(gateway: AppProcess): string {
  const link = signInLinks(gateway).at(-1);
  if (link === undefined) throw new Error("The gateway has shown no link");
  return link;
}
