import type { z } from "zod";
import { type JsonSchema, toSchema } from "./to-schema.ts";

/** A parameter of the query, the path or the headers. */
export type Parameter = {
  readonly name: string;
  readonly in: "query" | "path" | "header";
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
};

/** A response by its status. */
export type ResponseObject = {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
};

/** What one method does at one path, in OpenAPI's terms. */
export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<number, ResponseObject>>;
  /** Absent: the document's default. Empty: open to anybody. */
  readonly security?: readonly object[];
};

/** Operations by path and method. */
export type Paths = Readonly<
  Record<string, Readonly<Partial<Record<Method, Operation>>>>
>;

/** The methods that are used. */
type Method = "get" | "post" | "patch" | "delete";

/** An id in the path of an operation. */
export function pathParameter(name: string, description: string): Parameter {
  const schema = { type: "string" };
  return { name, in: "path", description, required: true, schema };
}

/** The parameters of a query string, from the schema that checks it. */
export function queryParameters(schema: z.ZodObject): Parameter[] {
  const { properties } = toSchema(schema) as {
    properties: Record<string, JsonSchema>;
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: "query",
    description: String(description),
    schema: rest,
  }));
}

/** A response with a JSON body. */
export function jsonResponse(
  description: string,
  schema: JsonSchema,
): ResponseObject {
  return { description, content: { "application/json": { schema } } };
}
