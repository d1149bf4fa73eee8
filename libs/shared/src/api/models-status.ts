import { z } from "zod";

const rate = z.number().nullable();
const ms = z.int().nullable();

/** How calls of a model went over some time. */
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
