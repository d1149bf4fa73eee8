import { batchInput } from "../../../support/clients/batch-input.ts";
import type { Exchange, Reply } from "./exchange.ts";

type FileSender = {
  readonly exchange: Exchange;
  readonly headers: Readonly<Record<string, string>>;
};

/** Uploads a small file, reads it and removes it. */
export async function sendFile(sender: FileSender): Promise<Reply> {
  const content = batchInput(10);
  const uploaded = await uploadFile(sender, content);
  if (uploaded.status !== 200) return uploaded;
  const { id } = JSON.parse(uploaded.text) as { id: string };
  const { exchange, headers } = sender;
  const path = `/v1/files/${id}`;
  const read = await exchange({ path: `${path}/content`, headers });
  await exchange({ method: "DELETE", path, headers });
  return read.status === 200 && read.text !== content
    ? { ...read, status: 409 }
    : read;
}

/** Uploads a file for a batch. */
export async function uploadFile(
  { exchange, headers }: FileSender,
  content: string,
): Promise<Reply> {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([content]), "input.jsonl");
  const encoded = new Response(form);
  return exchange({
    method: "POST",
    path: "/v1/files",
    headers: {
      ...headers,
      "content-type": encoded.headers.get("content-type") ?? "",
    },
    body: new Uint8Array(await encoded.arrayBuffer()),
  });
}
