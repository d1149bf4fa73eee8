import { fileURLToPath } from "node:url";

/** The checkout, whatever the working folder. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
