import { z } from "zod";

/** How many UTC days use is kept. */
export const usageDays = 90;

/** What use can be grouped by. */
export const usageGroups = ["client", "model", "day"] as const;

/** See {@link usageGroups}. */
export type UsageGroup = (typeof usageGroups)[number];

const count = z.int();

const usageFiguresSchema = z.object({
  calls: count.meta({ description: "Calls of OpenRouter, refused ones too" }),
  answers: count.meta({
    description: "Requests and lines of batches that were answered",
  }),
  errors: count.meta({ description: "Those that were not" }),
  promptTokens: count,
  completionTokens: count,
  meanWaitMs: count
    .nullable()
    .meta({ description: "From the arrival to the call that counted" }),
  savedUsd: z.number().nullable().meta({
    description:
      "What the same tokens cost at the list price of the paid twin (`a/b` of `a/b:free`); null where no twin is known",
  }),
});

/** Sums of use. */
export type UsageFigures = Readonly<z.output<typeof usageFiguresSchema>>;

/** One row of `GET /api/v1/usage`; names that it is not grouped by are absent. */
const usageRowSchema = usageFiguresSchema.extend({
  client: z.string().nullable().optional().meta({
    description: "Its id; null: requests without a client key",
  }),
  clientName: z
    .string()
    .nullable()
    .optional()
    .meta({ description: "Null where there is no such client any more" }),
  model: z.string().optional(),
  day: z.string().optional().meta({ description: "`YYYY-MM-DD`, UTC" }),
});

/** The answer of `GET /api/v1/usage`. */
export const usageObjectSchema = z.object({
  from: z.string().meta({ description: "First UTC day" }),
  to: z.string().meta({ description: "Last UTC day" }),
  groupBy: z.array(z.enum(usageGroups)),
  data: z.array(usageRowSchema),
  total: usageFiguresSchema,
});

/** See {@link usageObjectSchema}. */
export type UsageObject = z.output<typeof usageObjectSchema>;
