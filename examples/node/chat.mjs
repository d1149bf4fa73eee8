// Streams an answer: node chat.mjs "Why is the sky blue?"
import OpenAI from "openai";

const openai = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? "http://localhost:3000/v1",
  apiKey: process.env.OPENAI_API_KEY ?? "unused",
  // A request waits for its turn: minutes, when many others do.
  timeout: 900_000,
});

const stream = await openai.chat.completions.create({
  model: process.env.MODEL ?? "pool/auto",
  messages: [{ role: "user", content: process.argv[2] ?? "Say hello" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}
process.stdout.write("\n");
