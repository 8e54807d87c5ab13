import type { ClientCredentialsRequest, TokenExchangeRequest } from "./generated.js";
import { TokenResponse } from "./token-response.js";
import type { CallOptions, ClientOptions, HostRequestInit, HostResponse, PreparedRequest, ResourceInput, ServerMetadata } from "./types.js";
/** The operations of a client, not driven: each gives its request for any transport, and reads the answer. */
export interface Prepare {
    /** Rejects with `prepare_unsupported` when the endpoint is not known yet: nothing is discovered here. */
    exchangeToken(params: TokenExchangeRequest, options?: CallOptions): Promise<PreparedRequest<TokenResponse>>;
    /** As `exchangeToken`, for a token for the client itself (RFC 6749 section 4.4). */
    clientCredentials(params?: ClientCredentialsRequest, options?: CallOptions): Promise<PreparedRequest<TokenResponse>>;
    /** The request for the server's metadata (RFC 8414 section 3.1), also while it is remembered. */
    discoverServerMetadata(options?: CallOptions): Promise<PreparedRequest<ServerMetadata>>;
}
/**
 * A client of one authorization server.
 *
 * Its methods reject with an `OAuthError`, or with the caller's own `signal.reason`. They cache nothing but the server's
 * metadata. Making one does no I/O.
 */
export declare class OAuthClient {
    #private;
    /** `issuer` is the issuer identifier as the server's metadata has it (RFC 8414 section 2). Throws `ConfigError`. */
    constructor(issuer: string, options?: ClientOptions | null);
    /** The issuer identifier, as it was given. */
    get issuer(): string;
    /** The same operations, for a transport of the caller's own. */
    get prepare(): Prepare;
    /**
     * Exchanges a token for another one: on behalf of its subject, for a resource (RFC 8693 section 2). Nothing is remembered:
     * each call is a request.
     *
     * Rejects with `TokenExchangeError` when the server refuses, `AuthenticationError` when it does not accept the client,
     * `OAuthProtocolError` for an answer or metadata that break their rules, `OAuthHttpError` for what is no OAuth answer,
     * `NetworkError` for none or a late one, and `ConfigError` for wrong arguments, before any request.
     */
    exchangeToken(params: TokenExchangeRequest, options?: CallOptions): Promise<TokenResponse>;
    /**
     * Asks for a token for the client itself (RFC 6749 section 4.4). Nothing is remembered: each call is a request. Rejects as
     * `exchangeToken` does, with `OAuthProtocolError` when the server refuses.
     */
    clientCredentials(params?: ClientCredentialsRequest, options?: CallOptions): Promise<TokenResponse>;
    /**
     * The server's metadata (RFC 8414 section 3), from this client's memory while it is fresh: `discovery.ttlMs`. Rejects with
     * `OAuthProtocolError`, of code `discovery_failed` when there is no document and `issuer_mismatch` when it is of another
     * issuer, and otherwise as `exchangeToken` does.
     */
    discoverServerMetadata(options?: CallOptions): Promise<ServerMetadata>;
    /**
     * Calls a resource with a token in the Authorization header (RFC 6750 section 2.1). Takes what `fetch` takes; a
     * redirect comes back as it is, so that the token goes nowhere else. The client's `timeoutMs` bounds the wait for the
     * answer; its body is the caller's, and ended by `init.signal` alone.
     *
     * Rejects with `InvalidTokenError` or `InsufficientScopeError` when the resource refuses the token (RFC 6750 section
     * 3.1), with `ConfigError` for an address that may not be spoken to and for an Authorization header of the caller's own.
     */
    fetchResource(token: TokenResponse | string, input: ResourceInput, init?: HostRequestInit): Promise<HostResponse>;
    /**
     * A client of another issuer with the same options. Endpoints, secrets and authentication functions stay behind: the
     * first call that would need them rejects with `ConfigError`. Only what a `MultiZoneBasicAuth` has for the zone of this
     * very name goes along.
     */
    forIssuer(issuer: string): OAuthClient;
    /**
     * Lets running calls finish and refuses later ones with `client_closed`. May be called twice. Answers to prepared requests
     * can still be read.
     */
    close(): void;
}
export interface OAuthClient extends DisposableWhereKnown {
}
/** `{ [Symbol.dispose](): void }` where the TypeScript library in use knows the symbol. */
export type DisposableWhereKnown = SymbolConstructor extends {
    readonly dispose: infer Dispose extends symbol;
} ? {
    [K in Dispose]: () => void;
} : object;
