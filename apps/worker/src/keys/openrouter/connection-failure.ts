/** What error codes of Node and undici mean, as a text that follows the name of the host. */
const meanings: Record<string, string> = {
  ECONNREFUSED: "refuses the connection",
  ECONNRESET: "breaks the connection",
  EHOSTUNREACH: "has no route",
  ENETUNREACH: "has no route",
  ENOTFOUND: "has no address",
  EAI_AGAIN: "has no address for the moment",
  ETIMEDOUT: "does not answer",
  UND_ERR_CONNECT_TIMEOUT: "does not answer",
  UND_ERR_SOCKET: "breaks the connection",
  TimeoutError: "does not answer in time",
  CERT_HAS_EXPIRED: "has an expired certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "has a certificate that nobody vouches for",
  SELF_SIGNED_CERT_IN_CHAIN: "has a certificate that nobody vouches for",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "has a certificate that nobody vouches for",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "has a certificate that nobody vouches for",
};

/**
 * Why a host gave no answer: `openrouter.ai has no address (ENOTFOUND)`. Nothing but the code is
 * taken from the error, whose message might name a proxy with its password.
 */
export function describeConnectionFailure(
  host: string,
  error: unknown,
): string {
  const code = codeOf(error);
  return `${host} ${meanings[code] ?? "cannot be connected to"} (${code})`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}
