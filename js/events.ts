/**
 * What a client or a store tells of what it does: for audit and tracing.
 */
import { ask } from "./ask.js";
import { tell } from "./attempt.js";
import { OAuthError } from "./errors.js";
import type { Action, ErrorCode } from "./generated.js";
import type { AbortSignalLike } from "./types.js";

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

/** What an event says whatever has happened. @internal */
export type EventBase = Pick<OAuthEvent, "issuer" | "clientId" | "resource" | "requestedScopes" | "ref" | "operation">;

/** The scopes of these texts, each once, as they are asked for. @internal */
export function scopesOf(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.split(" ").filter(Boolean)))];
}

/** Hands events to the caller's function. @internal */
export class Reporter {
  readonly #listener: (event: OAuthEvent) => unknown;
  // Drawn at the first event: some hosts allow no randomness before their first request.
  #key: string | undefined;

  constructor(listener: (event: OAuthEvent) => unknown) {
    this.#listener = listener;
  }

  /** What a subject is called in events. */
  nameOf(subjectToken: string): string {
    this.#key ??= crypto.getRandomValues(new Uint8Array(32)).join();
    return ask("subjectFingerprint", this.#key, subjectToken);
  }

  /** Reports something that took the time since it `started`, or none. A listener that fails does not fail the call. */
  report(event: Omit<OAuthEvent, "durationMs">, started?: number): void {
    const durationMs = started === undefined ? 0 : performance.now() - started;
    tell(this.#listener, Object.freeze({ ...event, durationMs }), undefined);
  }

  /** Reports a failure of a call with this signal. */
  reportFailure(
    error: unknown,
    event: EventBase & Pick<OAuthEvent, "subject">,
    started: number,
    signal: AbortSignalLike | undefined,
  ): void {
    const known = OAuthError.is(error);
    const type = known && error.fault === "user" ? "denied" : "error";
    const outcome = outcomeOf(error, signal);
    const scopes = event.requestedScopes;
    this.report({ ...event, type, scopes, outcome, ...(known && { action: error.action }) }, started);
  }
}

/** What an event says of a failure of a call with this signal. Of an error that is not ours nothing is read. @internal */
export function outcomeOf(error: unknown, signal: AbortSignalLike | undefined): OAuthEvent["outcome"] {
  return OAuthError.is(error) ? error.code : signal?.aborted ? "aborted" : "failed";
}
