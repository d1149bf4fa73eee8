import {
  milliseconds,
  yesOrNo,
} from "@openrouter-free-pool/shared/config/variables";
import { z } from "zod";
import { parseAliases } from "./resolve/aliases.ts";

/** What a gateway reads from the environment about models. */
export const modelVariables = {
  /** How often OpenRouter's list of models is read, by one gateway of all, in ms. */
  MODELS_REFRESH_MS: milliseconds(100).default(300_000),
  /** Whether requests that could be billed are refused. */
  FREE_ONLY: yesOrNo().default(true),
  /** Names for chains of models: `fast=a/b:free|c/d:free`, comma-separated. */
  MODEL_ALIASES: z
    .string()
    .default("")
    .transform((text, context) => {
      try {
        return parseAliases(text);
      } catch (error) {
        context.addIssue((error as Error).message);
        return z.NEVER;
      }
    }),
} as const;
