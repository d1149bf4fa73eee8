import { type RequestOptions, request } from "node:http";

/** What a server answered. */
export type Exchange = {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
};

/** One HTTP request. Not `fetch`, which forbids some headers, Host above all, and rewrites paths. */
export function exchange(
  url: string,
  options: RequestOptions = {},
  body = "",
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({
          status: incoming.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: incoming.headers,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
