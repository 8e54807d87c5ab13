import { INSPECT, REDACTED } from "./redact.js";
import type { Credential, TokenExchangeConfig } from "./store-types.js";
import type { TokenResponse } from "./token-response.js";

/**
 * The credential of a configuration with this token: all its data is enumerable, for it is spread and copied by routers.
 * What prints it sees no token.
 *
 * @internal
 */
export function credentialOf(config: TokenExchangeConfig, { accessToken, expiresAt }: TokenResponse): Credential {
  const credential = described(config, accessToken);
  if (expiresAt !== undefined) credential.expiresAt = new Date(expiresAt).toISOString();
  const shown = { ...credential, ref: REDACTED };
  for (const name of ["toJSON", INSPECT]) Object.defineProperty(credential, name, { value: () => shown });
  return Object.freeze(credential);
}

/** The credential of a configuration without a token: `ref` is its name. @internal */
export function listed(config: TokenExchangeConfig): Credential {
  return Object.freeze(described(config, config.ref));
}

function described(config: TokenExchangeConfig, ref: string): { -readonly [K in keyof Credential]: Credential[K] } {
  const { kind, name, scope, status, provider, tags } = config;
  return {
    id: `token-exchange:${config.ref}`,
    kind,
    name,
    scope,
    status,
    ...(provider != null && { provider }),
    ref,
    ...(tags != null && { tags }),
  };
}
