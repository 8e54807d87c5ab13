import { discard } from "./answer.js";
import { configError } from "./errors.js";
import { type ResourceRequest, refusalOf, refused } from "./resource.js";
import type { Slot } from "./store-config.js";
import type { Found } from "./store-tokens.js";
import type { StoreFetchOptions } from "./store-types.js";
import type { ResponseLike } from "./types.js";

/**
 * Calls a resource with a token of a configuration; with a fresh one after a 401, and with further scopes where these are
 * asked for, if the body allows it. `get` gives a token with these scopes and claims in place of the configured ones, and
 * `forget` is called with one that the resource has refused.
 *
 * @internal
 */
export async function fetchWithToken(
  request: ResourceRequest,
  { about, config, engine }: Slot,
  stepUp: StoreFetchOptions["stepUp"],
  get: (scope: string | undefined, claims: string | undefined) => Promise<Found>,
  forget: (found: Found) => void,
): Promise<ResponseLike> {
  if (!about.origins.includes(request.origin)) {
    const message = `the token of ${JSON.stringify(config.ref)} is not sent to ${request.origin}: name it in \`origins\` if it may`;
    throw configError("endpoint_origin", "input", message);
  }
  let scope: string | undefined;
  let claims: string | undefined;
  let fresh = false;
  let stepsLeft = stepUp === "exchange" && request.replayable ? MOST_STEPS : 0;
  for (;;) {
    const found = await get(scope, claims);
    const token = found.response;
    const response = await request.send(engine.host, token.authorizationHeader());
    if (response.status === 401) {
      forget(found);
      if (fresh || !request.replayable) return response;
      fresh = true;
      // Without the claims that the resource asks for it would refuse the fresh one too (Microsoft's claims challenge).
      claims = refusalOf(response, token.accessToken)?.claims;
      discard(response);
      continue;
    }
    const refusal = response.status === 403 && stepUp ? refusalOf(response, token.accessToken) : undefined;
    const required = refusal?.requiredScopes;
    if (!refusal || !required) return response;
    if (stepUp === "throw") throw refused(refusal, response);
    // What was asked for stays: the resource names only what this request lacks (RFC 6750 section 3).
    const asked = scope === undefined ? about.scopes : scope.split(" ");
    const wider = [...new Set([...asked, ...required])];
    if (stepsLeft === 0 || wider.length === asked.length) return response;
    stepsLeft--;
    discard(response);
    scope = wider.join(" ");
  }
}

/** A resource that asks for more each time is not followed for ever. */
const MOST_STEPS = 2;
