import { z } from "zod";
import { splitList } from "./list.ts";

/** The address of a server. */
export type HostAndPort = { readonly host: string; readonly port: number };

const mostHosts = 32;
const entry =
  /^(?:\[(?<address>[\da-f:.]{2,45})\]|(?<name>[\w.-]{1,253}))(?::(?<port>\d{1,5}))?$/i;

/** A list of `host:port`, `[address]:port` or a host alone, separated by commas. */
export function hostList({ defaultPort }: { defaultPort: number }) {
  const wanted = `1 to ${mostHosts} of host:port, comma-separated`;
  return z.string().transform((text, context): readonly HostAndPort[] => {
    try {
      const hosts = splitList(text).map((each) => readHost(each, defaultPort));
      const all = hosts.flatMap((host) => host ?? []);
      if (all.length === hosts.length && all.length <= mostHosts) return all;
    } catch {
      // A broken JSON array: reported below.
    }
    context.addIssue(wanted);
    return z.NEVER;
  });
}

function readHost(text: string, defaultPort: number): HostAndPort | undefined {
  const { address, name, port = defaultPort } = entry.exec(text)?.groups ?? {};
  const host = address ?? name;
  const number = Number(port);
  return host !== undefined && number >= 1 && number <= 65_535
    ? { host, port: number }
    : undefined;
}
