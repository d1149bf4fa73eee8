import { z } from "zod";

/** The states of a model. */
const modelStates = ["up", "unproven", "cooling", "gone"] as const;

const rate = z.number().nullable();
const ms = z.int().nullable();

/** Figures of a model's calls over some time. */
const modelFiguresSchema = z
  .object({
    calls: z.int().meta({
      description:
        "Those that say something of the model: not its client's mistakes, nor limits of an account",
    }),
    answered: z.int(),
    empty: z.int().meta({
      description: "Answers without content; streams are not looked into",
    }),
    failed: z.int().meta({ description: "5xx, errors inside a 200, timeouts" }),
    rateLimited: z
      .int()
      .meta({ description: "429 of the model or its provider" }),
    gone: z.int(),
    successRate: rate.meta({ description: "`answered` of `calls`" }),
    emptyRate: rate.meta({ description: "`empty` of `calls`" }),
    latencyP50Ms: ms,
    latencyP95Ms: ms,
    firstTokenP50Ms: ms.meta({ description: "Of streams" }),
    tokensPerSecond: rate.meta({
      description: "Completion tokens over the time of the whole calls",
    }),
  })
  .meta({ description: "Figures are null where there is nothing to tell" });

/** See {@link modelFiguresSchema}. */
export type ModelFigures = Readonly<z.output<typeof modelFiguresSchema>>;

/** One model in `GET /api/v1/models/status`. */
export const modelStatusSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  free: z.boolean(),
  contextLength: z.number().nullable(),
  expirationDate: z
    .string()
    .nullable()
    .meta({ description: "When OpenRouter will end it, `YYYY-MM-DD`" }),
  state: z.enum(modelStates).meta({
    description:
      "`unproven`: not called for a while, so it is called once before it is called by many",
  }),
  coolingFor: z.int().nullable().meta({ description: "Seconds" }),
  goneSince: z.string().nullable().meta({ description: "ISO 8601, UTC" }),
  reason: z
    .string()
    .nullable()
    .meta({ description: "What OpenRouter said when it was found gone" }),
  waiting: z.int().nullable().meta({
    description:
      "Requests that wait for a call to prove the model; null where that is not counted",
  }),
  hour: modelFiguresSchema,
  day: modelFiguresSchema,
});

/** See {@link modelStatusSchema}. */
export type ModelStatus = Readonly<z.output<typeof modelStatusSchema>>;

/** The answer of `GET /api/v1/models/status`. */
export const modelsStatusSchema = z.object({
  models: z.array(modelStatusSchema),
});

/** See {@link modelsStatusSchema}. */
export type ModelsStatus = z.output<typeof modelsStatusSchema>;
