import { discard } from "./answer.js";
import { configError } from "./errors.js";
import { type ResourceRequest, refused, verdictOn } from "./resource.js";
import type { Slot } from "./store-config.js";
import type { Found } from "./store-tokens.js";
import type { StoreFetchOptions } from "./store-types.js";
import type { HostResponse } from "./types.js";

/**
 * Calls a resource with a token of a configuration, and again with others as long as the core says so. `get` gives a token
 * with these scopes and claims in place of the configured ones, and `forget` is called with one that was refused.
 *
 * @internal
 */
export async function fetchWithToken(
  request: ResourceRequest,
  { about, config, engine }: Slot,
  stepUp: StoreFetchOptions["stepUp"],
  get: (scope: string | undefined, claims: string | undefined) => Promise<Found>,
  forget: (found: Found) => void,
): Promise<HostResponse> {
  if (!about.origins.includes(request.origin)) {
    const message = `the token of ${JSON.stringify(config.ref)} is not sent to ${request.origin}: name it in \`origins\` if it may`;
    throw configError("endpoint_origin", "input", message);
  }
  let scope: string | undefined;
  let claims: string | undefined;
  // All that the core does about refusals: -1 is no bound.
  let left = request.replayable ? -1 : 0;
  for (;;) {
    const found = await get(scope, claims);
    const token = found.response;
    const response = await request.send(engine.host, token.authorizationHeader());
    const asked = scope ?? about.scopes.join(" ");
    const verdict = verdictOn(response, token.accessToken, stepUp ?? "renew", asked, left);
    if (verdict?.forget) forget(found);
    if (verdict?.error) throw refused(verdict.error, response);
    if (verdict?.again === undefined) return response;
    discard(response);
    ({ again: left, scope = scope, claims = claims } = verdict);
  }
}
