import { Validator } from "@seriousme/openapi-schema-validator";
import type { Express } from "express";
import { pino } from "pino";
import { expect, test } from "vitest";
import { buildApp } from "../../../apps/gateway/src/app.ts";
import { buildOpenApiDocument } from "../../../apps/gateway/src/openapi/openapi-document.ts";
import { readWebAccess } from "../../../apps/gateway/src/web-access/web-access.ts";

const document = buildOpenApiDocument({ requiresKey: true });

test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(JSON.stringify(document)));
  expect(result).toMatchObject({ valid: true });
  expect(validator.version).toBe("3.1");
});

test("operations have names of their own", () => {
  const ids = operations().map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every served route is described, and every described route is served", () => {
  const described = operations().flatMap(({ method, path, servers }) =>
    servers.map(({ url }) => `${method} ${url.replace(/\/$/, "")}${path}`),
  );
  expect(described.toSorted()).toEqual(servedRoutes().toSorted());
});

test("no key is asked for where none is needed", () => {
  const open = buildOpenApiDocument({ requiresKey: false });
  expect(open.security).toEqual([]);
  expect(document.security).toEqual([{ bearer: [] }, { apiKey: [] }]);
});

test("a body's schema comes from the one that checks it", () => {
  const { post } = document.paths["/v1/chat/completions"] as unknown as {
    post: {
      requestBody: {
        content: { "application/json": { schema: Record<string, unknown> } };
      };
    };
  };
  const { schema } = post.requestBody.content["application/json"];
  expect(schema).toMatchObject({
    type: "object",
    required: ["messages"],
    anyOf: [{ required: ["model"] }, { required: ["models"] }],
    properties: { messages: { type: "array", minItems: 1 } },
    additionalProperties: {},
  });
});

test("headers come from the schemas that check them", () => {
  const { post } = document.paths["/v1/embeddings"] as unknown as {
    post: { parameters: { name: string; schema: object }[] };
  };
  const schemaOf = (name: string) =>
    post.parameters.find((parameter) => parameter.name === name)?.schema;
  expect(schemaOf("X-Priority")).toEqual({
    type: "string",
    enum: ["high", "normal", "low"],
  });
  expect(schemaOf("X-Max-Wait-Ms")).toMatchObject({ pattern: "^\\d{1,15}$" });
});

type PathItem = {
  servers?: { url: string }[];
} & Record<string, { operationId: string }>;

function operations() {
  return Object.entries(
    document.paths as unknown as Record<string, PathItem>,
  ).flatMap(([path, { servers = document.servers, ...methods }]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      path,
      servers,
      method,
      operationId,
    })),
  );
}

/** Pages and their files: for people, not for programs. */
const pages = /^\/(admin|assets|connect|docs)\b|^\/$/;

type Layer = {
  rawPath: string | string[];
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: {
    stack?: Layer[];
    paths?: readonly string[];
  };
};

/** Every method and path that the app has a handler for, in OpenAPI's spelling. */
function servedRoutes(): string[] {
  const nothing = {} as never;
  const app = buildApp({
    ...({} as Parameters<typeof buildApp>[0]),
    batches: nothing,
    background: nothing,
    models: nothing,
    clients: nothing,
    webAccess: readWebAccess(
      {
        TRUST_PROXY: false,
        HOST: "127.0.0.1",
        CORS_ORIGINS: [],
        ALLOWED_HOSTS: [],
      },
      () => true,
    ),
    admin: () => undefined,
    logger: pino({ level: "silent" }),
  });
  const { stack } = (app as Express & { router: { stack: Layer[] } }).router;
  return [...new Set(routesOf(stack, ""))];
}

function routesOf(stack: readonly Layer[], mount: string): string[] {
  return stack.flatMap(({ rawPath, route, handle }) => {
    if (route) {
      const methods = Object.keys(route.methods).filter(
        (method) => method !== "_all",
      );
      return [route.path].flat().flatMap((path) => {
        const full = toTemplate(mount + path);
        if (pages.test(full)) return [];
        return methods.map((method) => `${method} ${full}`);
      });
    }
    // The completions, which have only this method.
    if (handle.paths) return handle.paths.map((path) => `post ${path}`);
    return [rawPath]
      .flat()
      .flatMap((path) => routesOf(handle.stack ?? [], join(mount, path)));
  });
}

const join = (mount: string, path: string) =>
  path === "/" ? mount : mount + path;

const toTemplate = (path: string) =>
  (path.length > 1 ? path.replace(/\/$/, "") : path).replace(/:(\w+)/g, "{$1}");
