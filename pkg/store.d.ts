import type { DisposableWhereKnown } from "./client.js";
import type { Credential, CredentialKind, FindOptions, StoreFetchOptions, StoreStats, TokenExchangeStoreOptions, TokenOptions } from "./store-types.js";
import { SubjectStore } from "./store-view.js";
import type { TokenResponse } from "./token-response.js";
import type { HostRequestInit, HostResponse, ResourceInput } from "./types.js";
/**
 * Exchanges the tokens of users for narrow ones, one per user and target, and remembers them: a `CredentialStore` whose
 * credentials are exchanged when they are asked for (RFC 8693).
 *
 * A token is given out only for the very subject token, actor token and configuration that it was exchanged for. Calls for
 * the same one share one exchange. Use one store for all users, and `forSubject` for each request. Making one does no I/O.
 */
export declare class TokenExchangeStore {
    #private;
    /** Throws `ConfigError` that names the first bad option, such as `configs[2].clientId`. */
    constructor(options: TokenExchangeStoreOptions);
    /**
     * The credential of a configuration for whoever is asking, or `null`: unknown or inactive configuration, nobody to act
     * for or to ask for one, a token that is not sent as a bearer token, or a failure. Why goes to `onError`.
     *
     * Rejects with `ConfigError` for wrong arguments, with the caller's own `signal.reason`, and for nothing else unless
     * `onUnavailable` is `"throw"`: then only what the user has to mend gives `null`.
     */
    findByRef(ref: string, options?: FindOptions): Promise<Credential | null>;
    /**
     * The token that `findByRef` makes a credential of, remembered or exchanged. Rejects with an `OAuthError` that says what is
     * wrong: as `exchangeToken` of a client does, or of code `unknown_ref`, `inactive_ref` or `subject_token_unavailable`. What
     * a provider of tokens throws, and `signal.reason`, come as they are.
     */
    getToken(ref: string, options?: TokenOptions): Promise<TokenResponse>;
    /**
     * Calls the resource of a configuration with its token. Takes what `fetch` takes.
     *
     * After a 401 the token is exchanged anew, once, if the body can be sent again, with the claims that the resource asks for
     * if it does. The token goes to the origins of the configuration only: any other is refused with `endpoint_origin` before
     * anything is sent. A redirect comes back as it is.
     *
     * The configuration's `timeoutMs` bounds the wait for a token, and again the wait for each answer; the body of the answer is
     * the caller's, and ended by `init.signal` alone. That signal ends every wait, with its own reason.
     *
     * Rejects as `getToken` does, and with `InsufficientScopeError` when `options.stepUp` says so (RFC 6750 section 3.1).
     */
    fetch(ref: string, input: ResourceInput, init?: HostRequestInit, options?: StoreFetchOptions): Promise<HostResponse>;
    /**
     * The store as one user sees it, for the time of a request. It shares everything and costs nothing. `subjectToken` is the
     * token alone, without `Bearer `, which the caller has verified; `options.actorToken` is that of the party that acts.
     *
     * Throws `ConfigError` for what can be no token.
     */
    forSubject(subjectToken: string, options?: {
        readonly actorToken?: string | null | undefined;
    }): SubjectStore;
    /** The active configurations. `ref` is their name there, never a token. Rejects with `client_closed` after `close`. */
    listActive(): Promise<Credential[]>;
    /** The active configurations of a kind. As `listActive`. */
    listByKind(kind: CredentialKind): Promise<Credential[]>;
    /**
     * Forgets the tokens of a configuration, or of all; of one subject, or of all. Gives how many there were.
     *
     * Throws `ConfigError` for what can be no token.
     */
    invalidateCache(ref?: string | null, options?: {
        readonly subjectToken?: string | null | undefined;
    }): number;
    /** Forgets all tokens. Gives how many there were. */
    flushCache(): number;
    /**
     * Forgets the tokens of a user, by issuer and subject of the user's own token or of the exchanged one, where these are
     * JWTs (RFC 7519 section 4.1), and those on their way once they are seen to be this user's. Gives how many there were. For
     * logout and revocation notices.
     */
    revokeByIdentity(issuer: string, subject: string): number;
    /** What the store has done so far. */
    stats(): StoreStats;
    /**
     * Forgets all tokens, lets running calls finish, and refuses later ones with `client_closed`. May be called twice. What
     * forgets and what counts answers still: there is nothing left.
     */
    close(): void;
}
export interface TokenExchangeStore extends DisposableWhereKnown {
}
