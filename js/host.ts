import type { ClientAuthFunction } from "./auth.js";
import type { Host } from "./driver.js";
import { Flights } from "./flight.js";
import type { ClientOptions } from "./types.js";

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
    timeoutMs: timeoutMs ?? 30_000,
    maxResponseBytes: maxResponseBytes ?? 1_048_576,
    flights: new Flights(),
  };
}
