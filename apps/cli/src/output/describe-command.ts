/**
 * A call of this command that can be pasted into a shell: quoted, and through npx if this process
 * was started so.
 *
 * @param environment of this process; npm records there how it was started.
 */
export function describeCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const isNpx = environment.npm_command === "exec";
  return [...(isNpx ? ["npx"] : []), "orpool", ...args].map(quote).join(" ");
}

/** Quoted for POSIX shells; PowerShell differs only if the text contains a single quote. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
