import type { ClientAuthFunction } from "./auth.js";
import type { Host } from "./driver.js";
import { configError } from "./errors.js";
import { Flights } from "./flight.js";
import { MAX_RESPONSE_BYTES, TIMEOUT_MS } from "./generated.js";
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
