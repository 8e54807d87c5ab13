import type { Entry } from "./cache.js";
import { type OAuthEvent, outcomeOf, Reporter } from "./events.js";
import type { Slot } from "./store-config.js";
import type { Call } from "./store-tokens.js";
import type { TokenResponse } from "./token-response.js";

/**
 * Tells of what a store does. There is one only when somebody listens.
 *
 * @internal
 */
export class StoreReporter extends Reporter {
  /** A token was issued. */
  exchanged({ slot, scope, subject }: Call, started: number, { scope: scopes }: TokenResponse): void {
    const base = { ...slot.eventBase(scope), subject: this.nameOf(subject) };
    this.report({ ...base, type: "exchange", scopes, outcome: "ok" }, started);
  }

  /** A remembered token was given out. */
  hit({ slot, scope }: Call, entry: Entry, stale: boolean): void {
    this.#report(slot, entry, scope, { type: "cache", outcome: "ok", ...(stale && { stale }) });
  }

  /** A call has waited for the exchange of another, and got its token. */
  joined({ slot, scope }: Call, entry: Entry, started: number, { scope: scopes }: TokenResponse): void {
    this.#report(slot, entry, scope, { type: "join", outcome: "ok", scopes }, started);
  }

  /** A call has waited for the exchange of another in vain. */
  joinFailed({ slot, scope, signal }: Call, entry: Entry, started: number, error: unknown): void {
    const scopes = slot.eventBase(scope).requestedScopes;
    this.#report(slot, entry, scope, { type: "join", outcome: outcomeOf(error, signal), scopes }, started);
  }

  /** A token was forgotten. */
  evicted(entry: Entry, outcome: OAuthEvent["outcome"]): void {
    const [owner] = entry.lane.owners.values();
    this.#report((entry.owner ?? owner) as Slot, entry, undefined, { type: "evict", outcome });
  }

  /**
   * There is no token. `subject` is unknown until it was asked for, `slot` when there is no such configuration: then nothing is
   * told of what its name was taken for, which may be a token.
   */
  failed(error: unknown, { slot, scope, subject, signal }: Failed, started: number): void {
    const base = slot?.eventBase(scope) ?? { issuer: "", resource: [], requestedScopes: [] };
    const event = subject === undefined ? base : { ...base, subject: this.nameOf(subject) };
    this.reportFailure(error, event, started, signal);
  }

  /** The scopes are those of the token in the entry, unless `event` has some. */
  #report(
    slot: Slot,
    entry: Entry,
    scope: string | undefined,
    event: Pick<OAuthEvent, "type" | "outcome"> & Partial<OAuthEvent>,
    started?: number,
  ): void {
    const subject = (entry.subjectName ??= this.nameOf(entry.subject));
    const scopes = entry.response?.scope ?? [];
    this.report({ ...slot.eventBase(scope), subject, scopes, ...event }, started);
  }
}

/** As much of a call as is known when it fails. */
type Failed = { readonly [K in keyof Call]?: Call[K] | undefined };
