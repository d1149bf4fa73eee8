import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A forward proxy, and what was asked of it. */
export type ConnectProxy = {
  readonly url: string;
  /** `CONNECT host:port` or `GET http://host:port/path`, in order of arrival. */
  readonly asked: string[];
  stop(): Promise<void>;
};

/** Starts a proxy on 127.0.0.1 that opens tunnels and passes plain requests on. */
export async function startConnectProxy(): Promise<ConnectProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const note = ({ method, url }: IncomingMessage) =>
    asked.push(`${method} ${url}`);
  const server = createServer((near, answer) => {
    note(near);
    const { method = "GET", headers } = near;
    const far = request(near.url ?? "", { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    far.on("error", () => answer.destroy());
    near.pipe(far);
  });
  server.on("connect", (near: IncomingMessage, socket: Socket) => {
    note(near);
    const [host = "", port] = near.url?.split(":") ?? [];
    const far = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(far).pipe(socket);
    });
    far.on("error", () => socket.destroy());
    socket.on("error", () => far.destroy());
  });
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
