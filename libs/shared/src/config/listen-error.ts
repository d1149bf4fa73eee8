import { ConfigError } from "./load-config.ts";

const wanted: Record<string, string> = {
  EADDRINUSE: "a free port: another process listens there",
  EACCES: "a port that this user may listen on",
};

/** Describes in one line why a server could not listen, if its settings are the reason. */
export function toListenError(
  error: unknown,
  setting: { portVariable: string; host: string; port: number },
): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  const { portVariable, host, port } = setting;
  const code = String(error.code);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new ConfigError(
      `HOST: got ${JSON.stringify(host)}, wants an address of this machine`,
    );
  }
  return code in wanted
    ? new ConfigError(`${portVariable}: got ${port}, wants ${wanted[code]}`)
    : error;
}
