/** The simulator for a person: `npm run simulator`, at the port 4010 unless SIMULATOR_PORT names another. */
import { DEFAULT_KEY } from "./settings.ts";

process.env.SIMULATOR_PORT ||= "4010";
const { url } = await import("./main.ts");
process.stderr.write(`A stand-in for OpenRouter. Use it in another terminal:
  OPENROUTER_BASE_URL=${url}/api/v1 OPENROUTER_API_KEYS=${DEFAULT_KEY} npm start
How to make it slow, busy or broken: test/simulator/README.md. Ctrl-C stops it.\n`);
