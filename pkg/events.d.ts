import type { Action, ErrorCode } from "./generated.js";
/** One thing that happened. It holds no token. */
export interface OAuthEvent {
    /**
     * `exchange`: a server issued a token. `cache`: one was remembered. `join`: a call waited for another's exchange. `evict`:
     * one was forgotten. `denied`: the user may not, or has to do something first. `error`: any other failure.
     * `discovery`: a server's metadata was read.
     */
    readonly type: "exchange" | "cache" | "join" | "evict" | "denied" | "error" | "discovery";
    /** The configuration of the store. */
    readonly ref?: string;
    /** The method of the client. */
    readonly operation?: string;
    /** The issuer that was asked. */
    readonly issuer: string;
    /** The id of the client that asked, if it has one (RFC 6749 section 2.2). */
    readonly clientId?: string;
    /** The resources and audiences that the token is for. */
    readonly resource: readonly string[];
    /** The scopes granted; without a token those asked for. */
    readonly scopes: readonly string[];
    /** The scopes asked for. */
    readonly requestedScopes: readonly string[];
    /**
     * `ok`; the code of the error, `aborted` when the caller's signal ended the wait, `failed` for any other error that is not
     * ours; or why a token was forgotten.
     */
    readonly outcome: "ok" | ErrorCode | "failed" | "aborted" | "expired" | "evicted" | "invalidated" | "refused";
    /** What would help, for `denied` and `error`. */
    readonly action?: Action;
    /** How long it took, in milliseconds. */
    readonly durationMs: number;
    /** Which subject it was: a hash under a key that lives as long as the client or store, and no longer. */
    readonly subject?: string;
    /** True when a remembered token was given out in place of a failure that may pass. */
    readonly stale?: boolean;
}
