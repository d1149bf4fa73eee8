import { fileURLToPath } from "node:url";

/** The checkout, wherever the command was typed. */
export const projectRoot = fileURLToPath(new URL("..", import.meta.url));
