// Vercel's AI SDK: node ai-sdk.mjs "Why is the sky blue?"
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { streamText } from "ai";

const pool = createOpenRouter({
  baseURL: process.env.OPENAI_BASE_URL ?? "http://localhost:3000/v1",
  apiKey: process.env.OPENAI_API_KEY ?? "unused",
});

const { textStream } = streamText({
  model: pool(process.env.MODEL ?? "pool/auto"),
  prompt: process.argv[2] ?? "Say hello",
});
for await (const text of textStream) process.stdout.write(text);
process.stdout.write("\n");
