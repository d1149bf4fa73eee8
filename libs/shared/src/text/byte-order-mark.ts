const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The bytes without the byte order mark that some proxies put in front. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, mark.length).equals(mark)
    ? bytes.subarray(mark.length)
    : bytes;
}

/** The text without its byte order mark. */
export function withoutTextMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
