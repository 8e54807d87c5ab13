import { INSPECT, REDACTED } from "./redact.js";
import type { Credential, TokenExchangeConfig } from "./store-types.js";
import type { TokenResponse } from "./token-response.js";

/**
 * The credential of a configuration with this token: all its data is enumerable, for it is spread and copied by routers.
 * What prints it sees no token.
 *
 * @internal
 */
export function credentialOf(config: TokenExchangeConfig, token: TokenResponse): Credential {
  const { accessToken, expiresAt } = token;
  // Whoever gets a credential presents it as a bearer token. Throws for a token that must not be.
  token.authorizationHeader();
  const credential = described(config, accessToken);
  if (expiresAt !== undefined) credential.expiresAt = new Date(expiresAt).toISOString();
  // The same two functions for all: one made for each would cost more memory than the rest of the credential.
  return Object.freeze(Object.defineProperties(credential, HIDDEN));
}

/** The credential of a configuration without a token: `ref` is its name. @internal */
export function listed(config: TokenExchangeConfig): Credential {
  return Object.freeze(described(config, config.ref));
}

/** Built member by member: all credentials of one kind then have the same hidden class, which `await` looks at. */
function described(config: TokenExchangeConfig, ref: string): { -readonly [K in keyof Credential]: Credential[K] } {
  const { kind, name, scope, status, provider, tags } = config;
  const credential: ReturnType<typeof described> = {
    id: `token-exchange:${config.ref}`,
    kind,
    name,
    scope,
    status,
    ref,
  };
  if (provider != null) credential.provider = provider;
  if (tags != null) credential.tags = tags as readonly string[]; // `Slot` has made a list of it
  return credential;
}

/** What JSON and the host's printing show. */
function redacted(this: Credential): object {
  return { ...this, ref: REDACTED };
}

const HIDDEN = { toJSON: { value: redacted }, [INSPECT]: { value: redacted } };
