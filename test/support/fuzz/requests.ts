import fc from "fast-check";
import type { FuzzRequest } from "./fuzz-request.ts";
import { jsonBodies } from "./json-bodies.ts";
import { upstreamAnswers } from "./upstream-answers.ts";

type Header = readonly [name: string, value: string];

const completionPaths = [
  ..."chat/completions completions embeddings responses messages".split(" "),
].flatMap((path) => [`/v1/${path}`, `/api/v1/${path}`]);
const jsonPaths = [
  ...completionPaths,
  "/v1/batches",
  "/v1/batches/batch_x/cancel",
  "/v1/batches/batch_x/retry",
  "/v1/files",
  "/v1/responses/resp_x/cancel",
  "/api/v1/clients",
  "/api/v1/clients/x/rotate",
  "/admin/login",
];
const readPaths = [
  ..."models files batches usage requests/x responses/x".split(" "),
].flatMap((path) => [`/v1/${path}`, `/api/v1/${path}`]);
const otherPaths = [
  ..."health ready metrics docs openapi.json connect admin".split(" "),
].map((path) => `/${path}`);

const segment = fc.oneof(
  fc.constantFrom(
    "v1",
    "api",
    "files",
    "batches",
    "admin",
    "content",
    "models",
  ),
  fc.constantFrom(
    "..",
    ".",
    "%2e%2e",
    "%2F",
    "%00",
    "%",
    "%ff",
    "%c0%af",
    ";x",
  ),
  fc.webSegment(),
  fc.string({ maxLength: 12 }).map(encodeURIComponentSafely),
  fc.constant("x".repeat(9_000)),
);
const path = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...readPaths, ...otherPaths) },
  {
    weight: 4,
    arbitrary: fc
      .array(segment, { maxLength: 5 })
      .map((segments) => `/${segments.join("/")}`),
  },
);
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  fc.webQueryParameters().map((text) => `?${text}`),
  fc
    .tuple(
      fc.constantFrom(
        "limit",
        "after",
        "from",
        "to",
        "group_by",
        "free",
        "order",
      ),
      fc.oneof(
        fc.constantFrom("-1", "1e9", "NaN", "", "%00", "[]"),
        fc.webSegment(),
      ),
    )
    .map(([name, value]) => `?${name}=${value}&${name}=${value}`),
);

const headerText = fc.oneof(
  fc.stringMatching(/^[ -~]{0,40}$/),
  fc.constantFrom(
    "-1",
    "0",
    "NaN",
    "1e999",
    "null",
    "99999999999999999999",
    ",",
  ),
);
const headerName = fc.constantFrom(
  ...["X-Max-Wait-Ms", "X-Priority", "Idempotency-Key", "X-Answer-Check"],
  ...[
    "Prefer",
    "X-Keep-Alive",
    "Authorization",
    "x-api-key",
    "Accept",
    "Range",
  ],
  ...["If-Range", "Origin", "Cookie", "X-Request-Id", "traceparent", "Referer"],
  ...[
    "X-Title",
    "Accept-Encoding",
    "Content-Encoding",
    "Content-Type",
    "Expect",
  ],
  ...["X-Forwarded-For", "X-Forwarded-Host", "X-HTTP-Method-Override", "Via"],
);
const headers: fc.Arbitrary<Header[]> = fc.array(
  fc.tuple(headerName, headerText),
  { maxLength: 4 },
);
const json: Header = ["Content-Type", "application/json"];

const jsonRequest = fc
  .tuple(fc.constantFrom(...jsonPaths), headers, jsonBodies)
  .map(
    ([at, more, body]): FuzzRequest => ({
      method: "POST",
      path: at,
      headers: [json, ...more],
      body,
      isRaw: false,
    }),
  );

const readRequest = fc
  .tuple(
    fc.constantFrom(
      "GET",
      "GET",
      "GET",
      "HEAD",
      "OPTIONS",
      "DELETE",
      "PUT",
      "PATCH",
    ),
    path,
    query,
    headers,
  )
  .map(
    ([method, at, more, each]): FuzzRequest => ({
      method,
      path: `${at}${more}`,
      headers: each,
      body: Buffer.alloc(0),
      isRaw: false,
    }),
  );

const formPart = fc
  .tuple(
    fc.constantFrom("file", "purpose", "expires_after[seconds]", "x", ""),
    fc.constantFrom(
      '; filename="a.jsonl"',
      '; filename="../../x"',
      "",
      "; filename*=utf-8''%ff",
    ),
    fc.oneof(
      fc.constantFrom("batch", '{"custom_id":"a","method":"POST"}\n', "\u0000"),
      fc.string({ unit: "binary", maxLength: 40 }),
    ),
  )
  .map(
    ([name, file, text]) =>
      `Content-Disposition: form-data; name="${name}"${file}\r\n\r\n${text}\r\n`,
  );
const formRequest = fc
  .tuple(
    fc.array(formPart, { maxLength: 4 }),
    fc.constantFrom("b", "b", "b", "other", ""),
    fc.boolean(),
    fc.uint8Array({ maxLength: 6 }),
  )
  .map(
    ([parts, boundary, isEnded, rest]): FuzzRequest => ({
      method: "POST",
      path: "/v1/files",
      headers: [["Content-Type", `multipart/form-data; boundary=${boundary}`]],
      body: Buffer.concat([
        Buffer.from(parts.map((part) => `--b\r\n${part}`).join("")),
        Buffer.from(isEnded ? "--b--\r\n" : ""),
        rest,
      ]),
      isRaw: false,
    }),
  );

const rawRequest = fc
  .tuple(
    fc.constantFrom("POST", "GET", "G\u0000T", "post", "CONNECT", ""),
    fc.constantFrom("/v1/chat/completions", "*", "http://x/", "/\u0001", "v1"),
    fc.array(
      fc.tuple(
        fc.constantFrom(
          "Content-Length",
          "Transfer-Encoding",
          "Host",
          "X\u0001",
          "",
        ),
        fc.oneof(
          fc.constantFrom("5", "-1", "1, 2", "chunked", "chunked, x", "\u0000"),
          fc.string({ maxLength: 10 }),
        ),
      ),
      { maxLength: 4 },
    ),
    fc.uint8Array({ maxLength: 30 }),
  )
  .map(
    ([method, at, each, bytes]): FuzzRequest => ({
      method,
      path: at,
      headers: each,
      body: Buffer.from(bytes),
      isRaw: true,
    }),
  );

/** A request that the upstream gets, whatever it makes of it. */
const calledRequest = fc
  .tuple(
    fc.constantFrom(...completionPaths),
    fc.boolean(),
    fc.nat({ max: 1_000_000_000 }),
    fc.array(
      fc.tuple(
        fc.constant("X-Answer-Check"),
        fc.constantFrom("json", "content, complete"),
      ),
      { maxLength: 1 },
    ),
    upstreamAnswers,
  )
  .map(
    ([at, stream, number, checks, upstream]): FuzzRequest => ({
      method: "POST",
      path: at,
      headers: [json, ...checks],
      body: Buffer.from(
        JSON.stringify({
          model: `fuzz/m${number}:free`,
          messages: [{ role: "user", content: "Hello" }],
          prompt: "Hello",
          input: "Hello",
          max_tokens: 10,
          stream,
        }),
      ),
      isRaw: false,
      upstream,
    }),
  );

/** Requests of all kinds; most of them end at the gateway. */
export const fuzzRequests: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 45, arbitrary: jsonRequest },
  { weight: 35, arbitrary: readRequest },
  { weight: 12, arbitrary: formRequest },
  { weight: 3, arbitrary: rawRequest },
  { weight: 5, arbitrary: calledRequest },
);

/** A lone surrogate has no encoding. */
function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
