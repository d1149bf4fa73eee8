const codes: ReadonlySet<unknown> = new Set([
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_UNABLE_TO_PIPE",
]);

/** Whether a pipeline into a response failed because the client has gone away. */
export function isClientGone(error: unknown): boolean {
  return error instanceof Error && "code" in error
    ? codes.has(error.code)
    : false;
}
