/**
 * Builds what selects the shown parts of a job's data: without prompt and answer, unless payloads
 * may be shown.
 */
export function createShowData(
  keepPayloads: boolean,
): (data: unknown) => unknown {
  return function showData(data) {
    if (!isObject(data)) return data;
    return keepPayloads ? withParsedBody(data) : withoutPayloads(data);
  };
}

type Data = Readonly<Record<string, unknown>>;

function withParsedBody(data: Data): Data {
  const { body } = data;
  return typeof body === "string" ? { ...data, body: parse(body) } : data;
}

/** Also for jobs that a worker with KEEP_PAYLOADS has kept. */
function withoutPayloads(data: Data): Data {
  const { body, ending } = data;
  return {
    ...data,
    ...(body === undefined ? {} : { body: hide(body) }),
    ...(isObject(ending) && "answer" in ending
      ? { ending: { ...ending, answer: hide(ending.answer) } }
      : {}),
  };
}

function hide(payload: unknown): string {
  const size =
    typeof payload === "string" ? `: ${payload.length} characters` : "";
  return `hidden${size} (KEEP_PAYLOADS=true shows them)`;
}

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
