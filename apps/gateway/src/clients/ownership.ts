/** Something that was made by a client. */
type Owned = {
  /** Id of the client; undefined when it was made without client keys. */
  readonly owner?: string | undefined;
};

/**
 * Whether a client may see something. Without client keys everybody may see everything; what was
 * made without client keys stays visible to everybody.
 *
 * @param client its id; undefined without client keys.
 */
export function maySee(client: string | undefined, { owner }: Owned): boolean {
  return client === undefined || owner === undefined || owner === client;
}
