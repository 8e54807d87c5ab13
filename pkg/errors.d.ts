import type { Action, Challenge, ErrorCode, ErrorData, Fault } from "./generated.js";
/** What an error is made of. */
export type ErrorInit = Omit<ErrorData, "kind">;
/** What stands beside the fields of an error, and is never printed. */
export interface ErrorContext {
    /** The original failure, by identity. */
    readonly cause?: unknown;
    /** The headers of the answer. */
    readonly headers?: Readonly<Record<string, string>> | undefined;
}
/**
 * The base of every error of this package.
 *
 * `code` is what to branch on: a closed list of ours. `action` says what helps, `retryable` whether the same call may
 * succeed later, `fault` whose it is.
 */
export declare class OAuthError extends Error {
    #private;
    /** Whether a value is an error of this package, of any copy of it. Narrower classes: `instanceof`. */
    static is(value: unknown): value is OAuthError;
    /** What happened. A code never changes its meaning. The README has a table of all codes. */
    readonly code: ErrorCode;
    /**
     * What helps, whatever the server:
     *
     * - `renew_subject`: the subject token is expired, revoked or not for us: get a fresh one
     * - `user_interaction`: the user has to act, at `interactionUrl` if there is one
     * - `claims_challenge`: the user has to sign in again with these `claims`
     * - `step_up`: more scopes are needed
     * - `narrow_request`: a scope or target is not allowed: ask for less
     * - `denied`: the server said no, finally
     * - `wait`: try again later, after `retryAfterMs` if there is one
     * - `network`: the server was not reached, or not in time
     * - `server_fault`: the server broke the protocol or fell over
     * - `fix_client_auth`: the client's credentials are refused: replace them
     * - `fix_config`: an option, or the server's configuration of this client, is wrong
     * - `report_bug`: a bug of this package
     */
    readonly action: Action;
    /** Whether the same call may succeed later. What is safe to repeat has then been repeated already. */
    readonly retryable: boolean;
    /** Whose fault it is: of the configuration, the user, the server, the network, or a bug of this package. */
    readonly fault: Fault;
    /** The HTTP status of the answer this is about. */
    readonly status?: number;
    /** Errors are made by the package. */
    constructor(init: ErrorInit, context?: ErrorContext);
    /**
     * The original failure, by identity: what `fetch` rejected with, for example. Printing and cloning leave it out. It is not
     * cleaned, and loggers that follow causes print it.
     */
    readonly cause?: unknown;
    /** The headers of the answer this is about: names in lower case, without `set-cookie`. Not part of the JSON. */
    get headers(): Readonly<Record<string, string>> | undefined;
    /** The fields and the message as plain data, without any secret; of the cause its name and code. */
    toJSON(): Record<string, unknown>;
}
/**
 * The caller's mistake: an option, a parameter, the set-up, or what a function of the caller's gave. Nothing is sent for wrong
 * arguments; other mistakes, such as a `fetch` that gives no readable answer, show only once something was.
 */
export declare class ConfigError extends OAuthError {
    /** What is wrong, as a path: `subjectToken`, `endpoints.token`, `extra.grant_type`. */
    readonly field?: string;
}
/** No answer: the server could not be reached, or not in time. `cause` holds what `fetch` rejected with. */
export declare class NetworkError extends OAuthError {
}
/** An answer that is no OAuth answer: an unexpected status, a redirect, or too many bytes. */
export declare class OAuthHttpError extends OAuthError {
    /** The HTTP status of the answer. */
    readonly status: number;
    /** How long the server asks to wait, in milliseconds. */
    readonly retryAfterMs?: number;
    /** The beginning of the answer, scrubbed of what was sent. */
    readonly bodySnippet?: string;
}
/** An OAuth error of the server (RFC 6749 section 5.2), or an answer that breaks the rules of its RFC. */
export declare class OAuthProtocolError extends OAuthError {
    /** The server's own error code, as it came. */
    readonly error?: string;
    /** The server's description, scrubbed of what was sent. */
    readonly errorDescription?: string;
    /** The server's page about the error. */
    readonly errorUri?: string;
    /** How long the server asks to wait, in milliseconds. */
    readonly retryAfterMs?: number;
    /** The challenges of the answer's `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
    readonly challenges?: readonly Challenge[];
    /** Where the user has to go first. */
    readonly interactionUrl?: string;
    /** The claims the server asks for, to be sent along with the next attempt. */
    readonly claims?: string;
}
/** The server refused a token exchange (RFC 8693 section 2.2.2). */
export declare class TokenExchangeError extends OAuthProtocolError {
}
/** The server did not accept this client's authentication (RFC 6749 section 5.2, `invalid_client`). */
export declare class AuthenticationError extends OAuthProtocolError {
}
/** The user has to do something before the call can succeed. */
export declare class UserInteractionRequired extends OAuthError {
    /** Where the user has to go. */
    readonly interactionUrl?: string;
}
/** A token was refused (RFC 6750 section 3.1, `invalid_token`). */
export declare class InvalidTokenError extends OAuthError {
    /** The description of whoever refused it, scrubbed. */
    readonly errorDescription?: string;
    /** The claims that are asked for, to be sent along with the next attempt. */
    readonly claims?: string;
}
/** A token lacks a scope (RFC 6750 section 3.1, `insufficient_scope`). */
export declare class InsufficientScopeError extends OAuthError {
    /** The scopes that the resource asks for. */
    readonly requiredScopes: readonly string[];
    /** The resource's description, scrubbed. */
    readonly errorDescription?: string;
}
/** There is no token for a resource. */
export declare class ResourceAccessError extends OAuthError {
}
/** A storage failed, or a record of it cannot be read. */
export declare class StorageError extends OAuthError {
}
/** A defect in this package. The call that met it failed; the package keeps working. */
export declare class InternalError extends OAuthError {
}
