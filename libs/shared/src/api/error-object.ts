import { z } from "zod";

/** The body of an error in the form that OpenAI's and OpenRouter's clients read. */
export const errorObjectSchema = z.object({
  error: z.object({
    code: z.int().meta({ description: "The status" }),
    message: z.string(),
    type: z.string(),
    metadata: z.object({
      reason: z.string(),
      retry_after_seconds: z.int().optional(),
    }),
  }),
});

/** See {@link errorObjectSchema}. */
export type ErrorObject = z.output<typeof errorObjectSchema>;

/** The part of an error's body that every server sends. */
export const errorMessageSchema = z.object({
  error: errorObjectSchema.shape.error.pick({ message: true }),
});
