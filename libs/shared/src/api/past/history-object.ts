import { z } from "zod";

const count = z.int();
const ms = z.int().nullable();

const historyPointSchema = z.object({
  from: z.string().meta({ description: "Its start: ISO 8601, UTC" }),
  requests: count.meta({ description: "Those that were over" }),
  answered: count,
  failed: count.meta({
    description: "Answered with an error, `refused` among them",
  }),
  refused: count.meta({ description: "429s to clients" }),
  gone: count.meta({ description: "Their clients hung up before the answer" }),
  calls: count.meta({
    description: "Calls of OpenRouter, refused ones included: the quota used",
  }),
  rateLimited: count.meta({ description: "429s of OpenRouter" }),
  waitP50Ms: ms.meta({ description: "Time in the queue" }),
  waitP95Ms: ms,
  callP50Ms: ms.meta({ description: "Time of a call of OpenRouter" }),
  callP95Ms: ms,
});

/** `GET /api/v1/history`. */
export const historySchema = z.object({
  range: z.string(),
  stepSeconds: z.int().meta({ description: "What a point stands for" }),
  points: z.array(historyPointSchema).meta({
    description:
      "Oldest first, by UTC; the last one is not over. Durations are null where nothing happened",
  }),
});

/** See {@link historySchema}. */
export type HistoryObject = Readonly<z.output<typeof historySchema>>;
