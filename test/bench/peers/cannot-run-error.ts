/** The comparison lacks something that it needs; the message tells a person what to do. */
export class CannotRunError extends Error {
  override name = "CannotRunError";
}
