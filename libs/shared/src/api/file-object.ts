import { z } from "zod";

/** What a file is for: the input of a batch, or its results. */
export const filePurposes = ["batch", "batch_output"] as const;

/** The file object of OpenAI's API. Times in s since the epoch. */
export const fileObjectSchema = z.object({
  id: z.string(),
  object: z.literal("file"),
  bytes: z.int(),
  created_at: z.int(),
  expires_at: z.int(),
  filename: z.string(),
  purpose: z.enum(filePurposes),
  /** `uploaded`: the results of a batch that has not ended. */
  status: z.enum(["uploaded", "processed"]),
  status_details: z.null(),
});

/** See {@link fileObjectSchema}. */
export type FileObject = z.output<typeof fileObjectSchema>;
