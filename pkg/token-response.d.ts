import type { ScopeSource } from "./generated.js";
/** A token with everything that came with it, as plain data: what `expose` gives and `from` takes. It holds secrets. */
export interface ExposedToken {
    /** What was issued. The members are those of `TokenResponse`. */
    accessToken: string;
    /** `Bearer`, `DPoP`, `N_A`, or another one that the preset lists. */
    tokenType: string;
    /** What kind of token it is (RFC 8693 section 3). */
    issuedTokenType?: string;
    /** The lifetime the server named, in seconds. */
    expiresIn?: number;
    /** When it ends, in milliseconds since the epoch. */
    expiresAt?: number;
    /** The scopes granted. */
    scope: string[];
    /** How these are known. */
    scopeSource: ScopeSource;
    /** The scopes asked for and not granted. */
    missingScopes: string[];
    /** A refresh token (RFC 6749 section 1.5). */
    refreshToken?: string;
    /** An ID token, not verified (OpenID Connect Core section 2). */
    idToken?: string;
    /** The authorization details granted (RFC 9396 section 7). */
    authorizationDetails?: unknown[];
    /** The issuer of the server that gave it out. */
    issuer: string;
    /** What the server should have said and did not. */
    assumed: string[];
    /** The whole document as it came. */
    raw: Readonly<Record<string, unknown>>;
    /** The headers of the answer: names in lower case, without `set-cookie`. */
    headers: Readonly<Record<string, string>>;
}
/**
 * What a server gave out (RFC 6749 section 5.1, RFC 8693 section 2.2.1). It cannot be changed.
 *
 * Printing, cloning and spreading it shows no token, and `JSON.stringify` puts a text in place of each that is refused
 * wherever a token is taken. `expose()` gives the plain data.
 */
export declare class TokenResponse {
    #private;
    private constructor();
    /**
     * Makes a token of plain data again, as `expose` gave it.
     *
     * Throws `ConfigError`: `redacted_token` when the data came from `JSON.stringify(token)`.
     */
    static from(plain: ExposedToken): TokenResponse;
    /** What was issued, whatever its type. */
    get accessToken(): string;
    /** `Bearer`, `DPoP`, `N_A` (RFC 8693 section 2.2.1), or another one that the preset lists. */
    readonly tokenType: string;
    /** What kind of token it is (RFC 8693 section 3). */
    readonly issuedTokenType: string | undefined;
    /** The lifetime the server named, in seconds. */
    readonly expiresIn: number | undefined;
    /** When it ends, in milliseconds since the epoch. */
    readonly expiresAt: number | undefined;
    /** The scopes granted. Frozen. */
    readonly scope: string[];
    /** Whether the server named the scopes, or they are those asked for (RFC 6749 section 5.1), or nobody named any. */
    readonly scopeSource: ScopeSource;
    /** The scopes asked for and not granted. Frozen. */
    readonly missingScopes: string[];
    /** A refresh token, if one was issued (RFC 6749 section 1.5). */
    readonly refreshToken: string | undefined;
    /** An ID token, if one was issued (OpenID Connect Core section 2). Not verified. */
    readonly idToken: string | undefined;
    /** The authorization details granted (RFC 9396 section 7). Frozen. */
    get authorizationDetails(): unknown[] | undefined;
    /** The issuer of the server that gave it out. */
    readonly issuer: string;
    /** What the server should have said and did not, so that it had to be assumed. Frozen. */
    readonly assumed: string[];
    /** The whole document as it came, frozen and without a prototype. It holds the tokens. */
    get raw(): Readonly<Record<string, unknown>>;
    /** The headers of the answer: names in lower case, without `set-cookie`. Frozen. */
    get headers(): Readonly<Record<string, string>>;
    /**
     * The value of an Authorization header with this token (RFC 6750 section 2.1).
     *
     * Throws `ConfigError` for a token that is no access token, and for one that is of no use without a proof.
     */
    authorizationHeader(): string;
    /** Everything as plain data, tokens included. */
    expose(): ExposedToken;
    /** The text that stands for a token elsewhere: put into a header it is refused by the host, rather than sent. */
    toString(): string;
    /** Everything but the tokens, the document and the headers, with a text in place of each token. */
    toJSON(): Record<string, unknown>;
}
