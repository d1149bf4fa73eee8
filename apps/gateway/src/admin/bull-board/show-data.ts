/** Makes what is shown of a job's data: no prompt, unless payloads may be shown. */
export function createShowData(
  keepPayloads: boolean,
): (data: unknown) => unknown {
  return function showData(data) {
    if (typeof data !== "object" || data === null || !("body" in data)) {
      return data;
    }
    const { body } = data;
    if (typeof body !== "string") return data;
    return {
      ...data,
      body: keepPayloads
        ? parse(body)
        : `hidden: ${body.length} characters (KEEP_PAYLOADS=true shows them)`,
    };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
