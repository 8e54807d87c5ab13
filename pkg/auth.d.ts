import type { HostHeaders, HostURLSearchParams, ServerMetadata } from "./types.js";
/** What a function that authenticates a request is called with. It changes `headers` and `body` in place. */
export interface AuthRequest {
    /** The issuer of the server that is asked (RFC 8414 section 2). */
    readonly issuer: string;
    /** The URL that the request goes to. */
    readonly endpoint: string;
    /** The headers to be sent, for it to add to. */
    readonly headers: HostHeaders;
    /** The form parameters to be sent, for it to add to (RFC 6749 appendix B). They hold the tokens of the call. */
    readonly body: HostURLSearchParams;
    /** The server's metadata, when it is known. */
    readonly metadata?: ServerMetadata;
}
/** Authenticates a request itself. What it throws reaches the caller by identity. */
export type ClientAuthFunction = (request: AuthRequest) => void | PromiseLike<void>;
/** How a client authenticates at its server. */
export type ClientAuth = NoneAuth | BasicAuth | PostAuth | BearerAuth | MultiZoneBasicAuth | ClientAuthFunction;
/** A public client (RFC 6749 section 2.1): it sends its id at most. */
export declare class NoneAuth {
    #private;
    /** Without an id the server is not told who asks. Throws `ConfigError`. */
    constructor(clientId?: string | null);
    /** The client's id (RFC 6749 section 2.2), if it has one. */
    get clientId(): string | undefined;
}
/** `client_secret_basic` (RFC 6749 section 2.3.1): id and secret in the Authorization header. */
export declare class BasicAuth {
    #private;
    /**
     * `encoding: "form"` encodes id and secret as RFC 6749 appendix B says; `"raw"` is for servers that do not decode
     * them. Default: as the preset says. Throws `ConfigError`.
     */
    constructor(clientId: string, clientSecret: string, options?: {
        readonly encoding?: "form" | "raw" | undefined;
    } | null);
    /** The client's id (RFC 6749 section 2.2). */
    get clientId(): string;
}
/** `client_secret_post` (RFC 6749 section 2.3.1): id and secret in the body. */
export declare class PostAuth {
    #private;
    /** Throws `ConfigError`. */
    constructor(clientId: string, clientSecret: string);
    /** The client's id (RFC 6749 section 2.2). */
    get clientId(): string;
}
/** Authenticates by a token that the server gave out for this client (RFC 6750 section 2.1). */
export declare class BearerAuth {
    #private;
    /** Throws `ConfigError`, also for what can be no token. */
    constructor(accessToken: string);
}
/** `client_secret_basic` with one client per zone; the zone comes from `options.zone` of each call. */
export declare class MultiZoneBasicAuth {
    #private;
    /** Takes `{ zone: [id, secret] }`. Throws `ConfigError`, for an empty record too. */
    constructor(zones: Readonly<Record<string, readonly [id: string, secret: string]>>);
    /** The names of the zones, in the order given. */
    getConfiguredZones(): string[];
    /** Whether there are credentials for a zone. */
    hasZone(zone: string): boolean;
    /** The Authorization header of a zone: it holds the secret. Throws `ConfigError` `unknown_zone`. */
    getHeadersForZone(zone: string): {
        Authorization: string;
    };
    /** The credentials of a zone. Throws `ConfigError` `unknown_zone`. */
    getAuthForZone(zone: string): BasicAuth;
}
