// LangChain: one prompt for many inputs. The gateway queues them, so that no rate limit has to be set here.
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { ChatOpenAI } from "@langchain/openai";

const model = new ChatOpenAI({
  model: process.env.MODEL ?? "pool/auto",
  apiKey: process.env.OPENAI_API_KEY ?? "unused",
  timeout: 900_000,
  configuration: {
    baseURL: process.env.OPENAI_BASE_URL ?? "http://localhost:3000/v1",
  },
});
const prompt = ChatPromptTemplate.fromTemplate("Translate into French: {text}");

const inputs = ["Good morning", "Good night"].map((text) => ({ text }));
for (const { text } of await prompt.pipe(model).batch(inputs)) {
  console.log(text);
}
