import { createHash } from "node:crypto";
import {
  type CompileSchema,
  createCompileSchema,
  type Validate,
} from "./json-schema.ts";
import { createRunBounded, isTimeUp } from "./run-bounded.ts";

const mostCompiled = 50;

/**
 * Checks a JSON value against a schema.
 *
 * @throws {Error} when the schema cannot be used, or the time is up.
 */
type CheckSchema = (value: unknown, schema: object) => boolean;

/**
 * Builds {@link CheckSchema}; it keeps the schemas that were used last.
 *
 * @param timeoutMs for compiling a schema, and for one value: a pattern or nested choices can run
 * for ever.
 */
export function createCheckSchema(timeoutMs: number): CheckSchema {
  const runBounded = createRunBounded(timeoutMs);
  const compiled = new Map<string, Validate | Error>();
  let compile: CompileSchema | undefined;

  function use(schema: object): Validate {
    const digest = createHash("sha256")
      .update(JSON.stringify(schema))
      .digest("hex");
    const validate = compiled.get(digest) ?? tryCompile(schema);
    // The map is kept in order of last use.
    compiled.delete(digest);
    compiled.set(digest, validate);
    if (compiled.size > mostCompiled) {
      const [oldest] = compiled.keys();
      if (oldest !== undefined) compiled.delete(oldest);
    }
    if (validate instanceof Error) throw validate;
    return validate;
  }

  function tryCompile(schema: object): Validate | Error {
    // Created when it is first needed: few requests are checked.
    compile ??= createCompileSchema();
    const compileSchema = compile;
    try {
      return runBounded(() => compileSchema(schema));
    } catch (error) {
      // Not remembered: the machine may only have been busy.
      if (isTimeUp(error)) throw error;
      return error as Error;
    }
  }

  return function checkSchema(value, schema) {
    const validate = use(schema);
    return runBounded(() => validate(value));
  };
}
