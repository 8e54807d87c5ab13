import type { ClientAuthFunction } from "./auth.js";
import type { Host } from "./driver.js";
import { inBrowser } from "./encode.js";
import { codeOf, configError, type OAuthError, toError } from "./errors.js";
import { Flights } from "./flight.js";
import { type ErrorCode, MAX_RESPONSE_BYTES, TIMEOUT_MS } from "./generated.js";
import type { ClientOptions, FetchLike } from "./types.js";

/** What the driver needs, of the options of a client or a configuration. @internal */
export function hostOf({
  fetch,
  auth,
  timeoutMs,
  maxResponseBytes,
}: Pick<ClientOptions, "fetch" | "auth" | "timeoutMs" | "maxResponseBytes">): Host {
  return {
    fetch: fetch ?? undefined,
    authenticate: typeof auth === "function" ? (auth as ClientAuthFunction) : undefined,
    timeoutMs: timeoutMs ?? TIMEOUT_MS,
    maxResponseBytes: maxResponseBytes ?? MAX_RESPONSE_BYTES,
    flights: new Flights(),
  };
}

/** The caller's `fetch`, or the host's. To be called without a `this`, as hosts demand. @internal */
export function fetchOf(given: FetchLike | undefined): FetchLike {
  // As it is now: tests and tracing tools replace it.
  const call = given ?? (globalThis.fetch as FetchLike | undefined);
  if (typeof call === "function") return call;
  throw configError("missing_option", "fetch", "this host has no `fetch`: give one as an option");
}

/** No answer. The host says why in a `cause`; a page is not told whether it was CORS. @internal */
export function networkError(code: ErrorCode, message: string, cause: unknown): OAuthError {
  const known = codeOf(cause);
  if (code === "unreachable") message += known ? ` (${known})` : inBrowser() ? ", or CORS forbids it" : "";
  return toError({ kind: "network", code, message, action: "network", retryable: true, fault: "network" }, { cause });
}

/** No answer in time. `who` did not give it. @internal */
export function timedOut(who: string, cause: unknown): OAuthError {
  return networkError("timeout", `${who} did not answer before \`timeoutMs\` was over`, cause);
}
