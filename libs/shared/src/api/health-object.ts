import { z } from "zod";

/** The answer of `GET /health`: the process is alive. */
export const healthSchema = z.object({
  status: z.literal("ok"),
  timestamp: z.iso.datetime(),
  version: z.string(),
});

/** See {@link healthSchema}. */
export type Health = z.output<typeof healthSchema>;

/** The answer of `GET /ready`. */
export const readinessSchema = z.object({
  status: z.enum(["ready", "not ready"]),
  reason: z.string().optional().meta({ description: "Why it is not ready" }),
  warning: z
    .string()
    .optional()
    .meta({ description: "What an operator should mend although it is ready" }),
  keys: z.string().optional().meta({
    description: "Gateways: how many keys work, as OpenRouter said of them",
  }),
  timestamp: z.iso.datetime(),
  version: z.string(),
});

/** See {@link readinessSchema}. */
export type Readiness = z.output<typeof readinessSchema>;
