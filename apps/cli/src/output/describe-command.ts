/**
 * A call of this command that can be pasted into a shell: through npx where this one was, and quoted.
 *
 * @param environment of this process; npm says there how it was started.
 */
export function describeCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const isNpx = environment.npm_command === "exec";
  return [...(isNpx ? ["npx"] : []), "orpool", ...args].map(quote).join(" ");
}

/** As POSIX shells read it; PowerShell differs only where the text holds a single quote. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
