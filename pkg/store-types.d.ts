/** The types of the token exchange store. */
import type { ClientAuth } from "./auth.js";
import type { OAuthEvent } from "./events.js";
import type { TokenExchangeRequest } from "./generated.js";
import type { AbortSignalLike, ClientOptions, FetchLike, HostAbortSignal, NameValues } from "./types.js";
/** What a configuration is good for; an open set. */
export type CredentialKind = "user-delegated" | "fixed" | (string & {});
/** Only an active configuration gives credentials; an open set. */
export type CredentialStatus = "active" | "pending" | "revoked" | "unclaimed" | (string & {});
/** One target that a store exchanges tokens for. */
export interface TokenExchangeConfig extends Pick<ClientOptions, "preset" | "discovery" | "endpointOrigins" | "insecureHosts" | "fetch" | "timeoutMs" | "maxRetries" | "maxResponseBytes" | "clockToleranceSeconds" | "userAgent" | "customHeaders" | "conformance"> {
    /** The name that `findByRef` takes. */
    readonly ref: string;
    /** A name for people. */
    readonly name: string;
    /** What kind of credential it makes; `listByKind` chooses by it. */
    readonly kind: CredentialKind;
    /** What the credential is good for; asked for when there are no `requestedScopes`. */
    readonly scope: string;
    /** `"active"`, or no credential is given: calls are then refused with `inactive_ref`. */
    readonly status: CredentialStatus;
    /** Whose service it is, for people and routers; handed on in the credential. */
    readonly provider?: string | null | undefined;
    /** Labels for routers; handed on in the credential. */
    readonly tags?: string | readonly string[] | null | undefined;
    /** Where tokens are exchanged (RFC 6749 section 3.2). This or `issuer` is required. */
    readonly tokenEndpoint?: string | null | undefined;
    /** The issuer, whose metadata names the token endpoint (RFC 8414). */
    readonly issuer?: string | null | undefined;
    /** The client's id (RFC 6749 section 2.2). Required, unless `auth` is given. */
    readonly clientId?: string | null | undefined;
    /** Sent in the body beside a `tokenEndpoint`, otherwise as the issuer's metadata says (RFC 6749 section 2.3.1). */
    readonly clientSecret?: string | null | undefined;
    /** How the client authenticates, in place of `clientSecret`. */
    readonly auth?: ClientAuth | null | undefined;
    /** The scopes to ask for; an empty list asks for none. */
    readonly requestedScopes?: string | readonly string[] | null | undefined;
    /** Logical names of the target services. */
    readonly audience?: string | readonly string[] | null | undefined;
    /** Addresses of the target services (RFC 8707). */
    readonly resource?: string | readonly string[] | null | undefined;
    /** Further origins that `fetch` may send the token to, beside those of `audience` and `resource`. */
    readonly origins?: string | readonly string[] | null | undefined;
    /** The type of the subject tokens (RFC 8693 section 3). Default: access token. */
    readonly subjectTokenType?: string | null | undefined;
    /** The type of the actor tokens (RFC 8693 section 3). Default: access token. */
    readonly actorTokenType?: string | null | undefined;
    /** The type of token to ask for (RFC 8693 section 3). Default: the server's choice. */
    readonly requestedTokenType?: string | null | undefined;
    /** Authorization details to ask for (RFC 9396 section 2). */
    readonly authorizationDetails?: TokenExchangeRequest["authorizationDetails"] | null;
    /** A claims request: an object, or its JSON text (OpenID Connect Core section 5.5), such as a claims challenge asks for. */
    readonly claims?: TokenExchangeRequest["claims"] | null;
    /** Which credentials of a `MultiZoneBasicAuth` are used. Default: those of the zone that is called as the issuer. */
    readonly zone?: string | null | undefined;
    /** Whether issued JWTs are held against what was asked for, as by `exchangeToken`. Default `false`. */
    readonly verifyIssued?: boolean | null | undefined;
    /** Further form parameters; none may replace one that the exchange sets. */
    readonly extraParams?: NameValues | null | undefined;
}
/**
 * Gives the token of whoever is asking: called at every lookup, so that who has logged out gets nothing. `signal` aborts when
 * nobody waits for it any more: the time of the call is up, or its caller has gone.
 */
export type TokenProvider = (ref: string, context: {
    readonly signal: HostAbortSignal;
}) => string | null | undefined | PromiseLike<string | null | undefined>;
/** The options of a `TokenExchangeStore`. */
export interface TokenExchangeStoreOptions {
    /** The targets; each has a `ref` of its own. */
    readonly configs: readonly TokenExchangeConfig[];
    /** Gives the subject token of a call that names none. `null`: there is nobody to act for. */
    readonly subjectTokenProvider?: TokenProvider | null | undefined;
    /** Gives the actor token of a call that names none. `null`: none is sent. */
    readonly actorTokenProvider?: TokenProvider | null | undefined;
    /** Sends all requests, of those configurations that have no `fetch` of their own. Default: the global `fetch`. */
    readonly fetch?: FetchLike | null | undefined;
    /** Another name for `fetch`. */
    readonly fetchFn?: FetchLike | null | undefined;
    /** How many tokens are kept at most. Default 10000. */
    readonly maxEntries?: number | null | undefined;
    /** How many seconds before its expiry a token is no longer given out. Default 30; for short lifetimes a tenth. */
    readonly skewSeconds?: number | null | undefined;
    /** The longest time a token is kept, in seconds. 0: none is. */
    readonly maxExpiresInSeconds?: number | null | undefined;
    /** How many seconds a token without a stated lifetime is kept. Default: it is not kept. */
    readonly defaultExpiresInSeconds?: number | null | undefined;
    /** What `findByRef` does when there is no credential because something failed. Default `"null"`. */
    readonly onUnavailable?: "null" | "throw" | null | undefined;
    /** Called with the reason when `findByRef` gives `null`. */
    readonly onError?: ((error: unknown, context: {
        readonly ref: string;
    }) => unknown) | null | undefined;
    /** Called with every event, for audit and tracing. What it throws is ignored. */
    readonly onEvent?: ((event: OAuthEvent) => unknown) | null | undefined;
}
/**
 * A credential: plain data that cannot be changed. `JSON.stringify` and `console.log` show no token. A spread copy does, and so
 * do `console.dir`, `console.table` and loggers that merge it into their record.
 */
export interface Credential {
    /** `token-exchange:` and the name of the configuration. */
    readonly id: string;
    /** As the configuration has it; so are `name`, `scope`, `status`, `provider` and `tags`. */
    readonly kind: CredentialKind;
    /** A name for people. */
    readonly name: string;
    /** What the credential is good for; the scopes granted are those of `getToken`. */
    readonly scope: string;
    /** Always `"active"`: other configurations give no credential. */
    readonly status: CredentialStatus;
    /** Whose service it is. */
    readonly provider?: string;
    /** The access token; in lists the name of the configuration. */
    readonly ref: string;
    /** When the token ends, as an ISO 8601 string. */
    readonly expiresAt?: string;
    /** Labels for routers. Frozen. */
    readonly tags?: readonly string[];
}
/** What `findByRef` takes. */
export interface FindOptions {
    /** The token of the party on whose behalf the call is made. Default: what the store's provider gives. */
    readonly subjectToken?: string | null | undefined;
    /** The token of the party that acts. Default: what the store's provider gives. */
    readonly actorToken?: string | null | undefined;
    /** Ends the wait of this call; it rejects with `signal.reason` itself. */
    readonly signal?: AbortSignalLike | null | undefined;
    /** `false`: exchange anew, neither reading nor writing what is remembered. Default `true`. */
    readonly cache?: boolean | null | undefined;
}
/** What `getToken` takes. */
export interface TokenOptions extends FindOptions {
    /** The scopes to ask for, in place of the configured ones. */
    readonly scope?: string | readonly string[] | null | undefined;
}
/** What `fetch` of a store takes beside the request. */
export interface StoreFetchOptions {
    /** The token of the party on whose behalf the call is made. Default: what the store's provider gives. */
    readonly subjectToken?: string | null | undefined;
    /** The token of the party that acts. Default: what the store's provider gives. */
    readonly actorToken?: string | null | undefined;
    /**
     * What to do when the resource asks for further scopes (RFC 6750 section 3.1): reject with `InsufficientScopeError`, or
     * exchange again for these scopes as well. Default: the answer is given back.
     */
    readonly stepUp?: "throw" | "exchange" | null | undefined;
}
/** What a store has done so far. */
export interface StoreStats {
    /** Tokens kept. */
    readonly entries: number;
    /** Lookups that found a token. */
    readonly hits: number;
    /** Lookups that exchanged one. */
    readonly misses: number;
    /** Lookups that waited for the exchange of another. */
    readonly joins: number;
    /** Tokens that were forgotten before their end, for want of room. */
    readonly evictions: number;
    /** Exchanges that are under way. */
    readonly inFlight: number;
}
