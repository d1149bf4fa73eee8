import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";

/** A self-signed certificate of 127.0.0.1. */
export type TestCertificate = {
  /** As NODE_EXTRA_CA_CERTS takes it. */
  readonly file: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
  remove(): Promise<void>;
};

/** Makes a certificate; undefined where there is no openssl. */
export async function makeCertificate(): Promise<TestCertificate | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "certificate-"));
  const [file, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
        ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        ...["-keyout", keyFile, "-out", file],
      ],
      { stdio: "ignore" },
    );
  } catch {
    await remove();
    return undefined;
  }
  const [cert, key] = [
    await readFile(file, "utf8"),
    await readFile(keyFile, "utf8"),
  ];
  return { file, keyFile, cert, key, remove };
}

/** Speaks TLS in front of a plain server. */
export type TlsRelay = {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Connections that have come. */
  connections(): number;
  stop(): Promise<void>;
};

/** Starts a relay to a port of this machine. */
export async function startTlsRelay(
  port: number,
  { cert, key }: TestCertificate,
): Promise<TlsRelay> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer({ cert, key }, (near) => {
    const far = connect(port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => undefined).once("close", () => far.destroy());
    far.on("error", () => undefined).once("close", () => near.destroy());
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${own}`,
    connections: () => connections,
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
