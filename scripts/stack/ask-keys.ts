import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { say } from "../words/say.mjs";

/**
 * Asks a person for keys until an empty line.
 *
 * @returns the entries as they were typed, all valid; empty when the person gave up.
 */
export async function askForKeys(
  terminal: NodeJS.ReadStream,
  tell: (text: string) => void,
): Promise<readonly string[]> {
  // Imported only here: most starts ask nothing, and the scripts also run without the packages.
  const { parseApiKey } = await import(
    "../../libs/shared/src/key-pool/keys/api-key.ts"
  );
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  // A terminal in readline's hands echoes nothing by itself.
  const lines = createInterface({
    input: terminal,
    output: silence,
    terminal: true,
  });
  const entries: string[] = [];
  let gaveUp = false;
  lines.on("SIGINT", () => {
    gaveUp = true;
    lines.close();
  });
  tell(say("invitation") + say("key"));
  for await (const line of lines) {
    if (line.trim() === "") break;
    for (const entry of line.split(/[,;]/).filter((text) => text.trim())) {
      try {
        tell(`${parseApiKey(entry).mask}\n`);
        entries.push(entry.trim());
      } catch (error) {
        tell(say("noKey", { reason: (error as Error).message }));
      }
    }
    tell(say("anotherKey"));
  }
  lines.close();
  tell("\n");
  return gaveUp ? [] : entries;
}
