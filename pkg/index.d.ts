/**
 * onbehalf: the OAuth 2.0 client an agent needs to act on behalf of its users.
 */
export { type AuthRequest, BasicAuth, BearerAuth, type ClientAuth, type ClientAuthFunction, MultiZoneBasicAuth, NoneAuth, PostAuth, } from "./auth.js";
export { OAuthClient, OAuthClient as Client, type Prepare } from "./client.js";
export { type InitSource, init } from "./core.js";
export { AuthenticationError, ConfigError, InsufficientScopeError, InternalError, InvalidTokenError, NetworkError, OAuthError, OAuthHttpError, OAuthProtocolError, ResourceAccessError, StorageError, TokenExchangeError, UserInteractionRequired, } from "./errors.js";
export type { OAuthEvent } from "./events.js";
export { GrantType, TokenType, TokenType as RFC_TOKEN_TYPES } from "./generated.js";
export { TokenExchangeStore } from "./store.js";
export type * from "./store-types.js";
export type { SubjectStore } from "./store-view.js";
export { type ExposedToken, type StoredToken, TokenResponse } from "./token-response.js";
export type * from "./types.js";
