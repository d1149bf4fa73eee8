import { closest, distance } from "fastest-levenshtein";
import { fileSuffix, type GivenVariables } from "./secret-files.ts";

/** Shorter names are too similar to those of other programs. */
const shortestName = 8;
/** Share of a name's letters that may be wrong. */
const wrongShare = 0.25;
/** Of OpenTelemetry, of programs that use proxies, and of machines for web applications. */
const usualNames = /^OTEL_|_PROXY$|^WEB_CONCURRENCY$/i;
/** Variables that Kubernetes sets for each service of a namespace, such as `REDIS_PORT=tcp://…`. */
const serviceLink = /_(SERVICE_(HOST|PORT)|PORT_\d+)|^tcp:\/\//;

/**
 * Finds unknown variables that resemble a known one which is not set.
 *
 * @returns a line for each.
 */
export function findMisspeltVariables(
  known: readonly string[],
  given: GivenVariables,
): readonly string[] {
  const unset = known.filter(
    (name) =>
      name.length >= shortestName &&
      given[name] === undefined &&
      given[otherFormOf(name)] === undefined,
  );
  if (unset.length === 0) return [];
  return Object.entries(given).flatMap(([name, value = ""]) => {
    const isOther =
      known.includes(name) ||
      name.length < shortestName ||
      usualNames.test(name);
    if (isOther || serviceLink.test(name) || serviceLink.test(value)) return [];
    const meant = closest(name, unset);
    const isNear =
      distance(name, meant) <= Math.floor(meant.length * wrongShare);
    return isNear ? [`unknown variable ${name}; did you mean ${meant}?`] : [];
  });
}

/** The other form of the same setting: `NAME` and `NAME_FILE`. */
function otherFormOf(name: string): string {
  return name.endsWith(fileSuffix)
    ? name.slice(0, -fileSuffix.length)
    : name + fileSuffix;
}
