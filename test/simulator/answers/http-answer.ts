/** A complete HTTP answer. */
export type HttpAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
};

/** Builds a JSON answer; extra headers come after the content type. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpAnswer {
  return {
    status,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** Builds an error envelope with nothing but code and message. */
export function errorAnswer(status: number, message: string): HttpAnswer {
  return jsonAnswer(status, { error: { message, code: status } });
}

/** Builds an HTML page as Cloudflare puts one in front of OpenRouter. */
export function cloudflareAnswer(
  status: number,
  title: string,
  headers: Record<string, string> = {},
): HttpAnswer {
  return {
    status,
    headers: {
      "Content-Type": "text/html; charset=UTF-8",
      Server: "cloudflare",
      "CF-RAY": "8c0ffee123456789-FRA",
      ...headers,
    },
    body: `<!DOCTYPE html>\n<html lang="en-US">\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<p>openrouter.ai | Cloudflare Ray ID: 8c0ffee123456789</p>\n</body>\n</html>\n`,
  };
}
