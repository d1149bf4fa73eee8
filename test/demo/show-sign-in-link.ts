import { signInLinks } from "../support/clients/sign-in-link.ts";
import type { Stack } from "../support/processes/stack.ts";

/** Says where to watch the burst: a gateway without a password opens its pages by a link only. */
export function showSignInLink({ gateways }: Stack): void {
  const links = gateways.flatMap((gateway) => signInLinks(gateway));
  for (const link of links) console.log(`  Watch it at ${link}\n`);
}
