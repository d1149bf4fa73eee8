// Runs prompts as a batch: node batch.mjs "One" "Two"
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { toFile } from "openai";

const openai = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? "http://localhost:3000/v1",
  apiKey: process.env.OPENAI_API_KEY ?? "unused",
});
const model = process.env.MODEL ?? "pool/auto";
const prompts = process.argv.slice(2);
if (prompts.length === 0) prompts.push("Say hello", "Say goodbye");

const lines = prompts.map((content, index) =>
  JSON.stringify({
    custom_id: `prompt-${index + 1}`,
    method: "POST",
    url: "/v1/chat/completions",
    body: { model, messages: [{ role: "user", content }] },
  }),
);
const file = await openai.files.create({
  file: await toFile(Buffer.from(lines.join("\n")), "prompts.jsonl"),
  purpose: "batch",
});
let batch = await openai.batches.create({
  input_file_id: file.id,
  endpoint: "/v1/chat/completions",
  // An extension of the gateway's: as many days as the quota asks for.
  completion_window: "auto",
});

const ends = new Set(["completed", "failed", "expired", "cancelled"]);
while (!ends.has(batch.status)) {
  await sleep(1_000);
  batch = await openai.batches.retrieve(batch.id);
  const { completed, failed, total } = batch.request_counts;
  // The forecast is another extension; null while nobody knows the end.
  const endsAt = batch.forecast.ends_at;
  const end = endsAt ? `, ends ${new Date(endsAt * 1_000).toISOString()}` : "";
  console.error(`${batch.status}: ${completed + failed} of ${total}${end}`);
}

for (const id of [batch.output_file_id, batch.error_file_id]) {
  if (!id) continue;
  const content = await (await openai.files.content(id)).text();
  for (const line of content.trimEnd().split("\n")) {
    const { custom_id, response, error } = JSON.parse(line);
    const answer = response?.body.choices?.[0].message.content;
    console.log(`${custom_id}: ${answer ?? JSON.stringify(error ?? response)}`);
  }
}
