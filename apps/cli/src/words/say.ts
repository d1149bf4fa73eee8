import { createSay } from "@openrouter-free-pool/shared/language/create-say";
import { catalogues } from "./catalogue.ts";

/** Returns a text of the terminal's catalogue in its language. */
export const say = createSay<(typeof catalogues)["en"]>(catalogues);
