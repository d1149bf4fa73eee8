import { describe, expect, it } from "vitest";
import type { Simulator } from "../../simulator/start-simulator.ts";
import { get, MODEL, startForTest } from "./harness.ts";

type Listed = { id: string; architecture: { output_modalities: string[] } };
type List = {
  data: Listed[];
  total_count: number;
  links: { next: string | null };
};

const EMBEDDINGS = "openai/text-embedding-3-small";
const PAINTER = "acme/painter";

async function list(simulator: Simulator, query = ""): Promise<List> {
  const response = await get(simulator, `/models${query}`, null);
  return (await response.json()) as List;
}

async function listIds(simulator: Simulator, query = ""): Promise<string[]> {
  return (await list(simulator, query)).data.map(({ id }) => id);
}

describe("the list of models", () => {
  it("shows what the settings say of a model, and the rest as it was", async () => {
    const facts = {
      name: "Acme: Tiny",
      contextLength: 4_096,
      inputModalities: ["text", "image"],
      outputModalities: ["text", "image"],
      supportedParameters: ["max_tokens"],
      expirationDate: "2026-12-01",
      prices: { prompt: "0.5", completion: "1", request: "2" },
    };
    const simulator = await startForTest({
      models: { "acme/tiny": facts, [MODEL]: { contextLength: 8_192 } },
    });
    const { data } = await list(simulator);
    expect(data.find(({ id }) => id === "acme/tiny")).toMatchObject({
      name: "Acme: Tiny",
      context_length: 4_096,
      architecture: {
        modality: "text+image->text+image",
        input_modalities: ["text", "image"],
        output_modalities: ["text", "image"],
      },
      pricing: { prompt: "0.5", completion: "1", request: "2" },
      top_provider: { context_length: 4_096 },
      supported_parameters: ["max_tokens"],
      expiration_date: "2026-12-01",
    });
    expect(data.find(({ id }) => id === MODEL)).toMatchObject({
      name: "Google: Gemma 4 31B (free)",
      context_length: 8_192,
      pricing: { prompt: "0", completion: "0" },
      supported_parameters: expect.arrayContaining(["structured_outputs"]),
      expiration_date: null,
    });
  });

  it("has the model of the tests, and no price for the auto router", async () => {
    const simulator = await startForTest();
    const { data } = await list(simulator);
    expect(data.find(({ id }) => id === "test/model:free")).toMatchObject({
      context_length: 131_072,
      supported_parameters: expect.arrayContaining([
        "tools",
        "response_format",
        "structured_outputs",
      ]),
    });
    expect(data.find(({ id }) => id === "openrouter/auto")).toMatchObject({
      pricing: { prompt: "-1", completion: "-1" },
    });
  });

  it("leaves out what is not listed, and takes it back", async () => {
    const unlisted = {
      [MODEL]: { listed: false },
      "a/b:free": { listed: false },
    };
    const simulator = await startForTest({ models: unlisted });
    const ids = await listIds(simulator);
    expect(ids).not.toContain(MODEL);
    expect(ids).not.toContain("a/b:free");
    await simulator.settings({ models: { [MODEL]: { listed: null } } });
    expect(await listIds(simulator)).toContain(MODEL);
  });

  it("lists by output modality: text when none is asked for", async () => {
    const simulator = await startForTest({
      models: { [PAINTER]: { outputModalities: ["image"] } },
    });
    const texts = await listIds(simulator);
    expect(texts).not.toContain(EMBEDDINGS);
    expect(texts).not.toContain(PAINTER);
    expect(await listIds(simulator, "?output_modalities=all")).toEqual(
      expect.arrayContaining([MODEL, EMBEDDINGS, PAINTER]),
    );
    expect(
      await listIds(simulator, "?output_modalities=embeddings,image"),
    ).toEqual([EMBEDDINGS, PAINTER]);
  });

  it("keeps the modality from page to page", async () => {
    const simulator = await startForTest({ modelsPerPage: 5 });
    const query = "?output_modalities=text,embeddings";
    const all = await listIds(simulator, `${query}&limit=500`);
    const paged: string[] = [];
    let next: string | null = query;
    while (next !== null) {
      const page = await list(simulator, next.replace("/api/v1/models", ""));
      expect(page.total_count).toBe(all.length);
      paged.push(...page.data.map(({ id }) => id));
      next = page.links.next;
    }
    expect(all).toContain(EMBEDDINGS);
    expect(paged).toEqual(all);
  });
});
