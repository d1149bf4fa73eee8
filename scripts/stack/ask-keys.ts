import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

const invitation = `No key of OpenRouter is set yet. Make one, free of charge, at https://openrouter.ai/keys and paste it here.
It is not shown. Several accounts: one key a line, or separated by commas.
`;

/**
 * Asks a person for keys until an empty line.
 *
 * @returns the entries as they were typed, each one valid; none when the person gave up.
 */
export async function askForKeys(
  terminal: NodeJS.ReadStream,
  say: (text: string) => void,
): Promise<readonly string[]> {
  // Only now: most starts ask nothing, and the scripts run without the packages.
  const { parseApiKey } = await import(
    "../../libs/shared/src/key-pool/keys/api-key.ts"
  );
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  // A terminal that readline looks after echoes nothing by itself.
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
  say(`${invitation}Key: `);
  for await (const line of lines) {
    if (line.trim() === "") break;
    for (const entry of line.split(/[,;]/).filter((text) => text.trim())) {
      try {
        say(`${parseApiKey(entry).mask}\n`);
        entries.push(entry.trim());
      } catch (error) {
        say(`This is no key: ${(error as Error).message}\n`);
      }
    }
    say("Another key, or Enter to start: ");
  }
  lines.close();
  say("\n");
  return gaveUp ? [] : entries;
}
